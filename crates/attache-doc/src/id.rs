//! Identifiers: hashes of content, stable over runs, threads and machines.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An identifier such as `e:7f3a91c2d4e5f607`: a kind and 64 bits of a content hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Id(String);

impl Id {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hashes `parts` into an identifier of kind `kind` (`d`, `e`, `s`). A separator is mixed in between the parts, so that
/// `["ab", "c"]` and `["a", "bc"]` differ.
///
/// FNV-1a over 128 bits folded to 64: no dependency, the same on every machine, and short inputs spread well. It is an
/// identifier, not a proof: whoever needs tamper evidence hashes the file.
pub fn stable_id(kind: &str, parts: &[&[u8]]) -> Id {
    const OFFSET: u128 = 0x6c62272e07bb014262b821756295c58d;
    const PRIME: u128 = 0x0000000001000000000000000000013b;
    let mut hash = OFFSET;
    for part in parts {
        for &byte in part.iter().chain(std::iter::once(&0xff)) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    Id(format!("{kind}:{:016x}", (hash >> 64) as u64 ^ hash as u64))
}

#[cfg(test)]
mod tests {
    use super::stable_id;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(stable_id("e", &[b"ab", b"c"]), stable_id("e", &[b"a", b"bc"]));
        assert_eq!(stable_id("e", &[b"ab"]), stable_id("e", &[b"ab"]));
    }
}
