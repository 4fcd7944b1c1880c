//! Which vector unit of the processor computes.
//!
//! Every kernel gives the same bits. Whole numbers are added exactly, in any order; numbers with fractions are computed
//! by the same Rust for every kernel, in sixteen lanes with a fixed order of sums, and each kernel only compiles it for
//! another instruction set. No multiplication is fused with an addition, since not every processor could.

use std::fmt;

/// A way of computing that this processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Unit);

/// An instruction set. A [`Kernel`] holds one only when the processor has been seen to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// AVX-512 with products of bytes (VNNI): Intel since Ice Lake, AMD since Zen 4.
    #[cfg(target_arch = "x86_64")]
    Vnni512,
    /// AVX2: x86 processors since 2013 or so.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What the target of compilation has at least.
    Portable,
}

impl Kernel {
    /// The fastest kernel of this processor.
    pub fn best() -> Kernel {
        Kernel::all()[0]
    }

    /// The kernels that this processor can run, the fastest first; the portable one is always there.
    pub fn all() -> Vec<Kernel> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni")
            {
                kernels.push(Kernel(Unit::Vnni512));
            }
            if is_x86_feature_detected!("avx2") {
                kernels.push(Kernel(Unit::Avx2));
            }
        }
        kernels.push(Kernel(Unit::Portable));
        kernels
    }

    pub(super) fn unit(self) -> Unit {
        self.0
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            #[cfg(target_arch = "x86_64")]
            Unit::Vnni512 => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Unit::Avx2 => "avx2",
            Unit::Portable => "portable",
        })
    }
}

/// Defines a function whose body is compiled once for each kernel. The function takes the kernel as an additional first
/// parameter. What the body calls must be inlined into it, or it is compiled for the portable kernel alone.
macro_rules! by_kernel {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($parameter:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name(kernel: $crate::engine::kernel::Kernel, $($parameter: $type),*) {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn body($($parameter: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
            #[allow(clippy::too_many_arguments)]
            fn vnni512($($parameter: $type),*) {
                body($($parameter),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            #[allow(clippy::too_many_arguments)]
            fn avx2($($parameter: $type),*) {
                body($($parameter),*);
            }

            match kernel.unit() {
                // SAFETY: a kernel of this unit is made only where the processor has been seen to have these features.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code, reason = "a call of what is compiled for more than the target needs it")]
                $crate::engine::kernel::Unit::Vnni512 => unsafe { vnni512($($parameter),*) },
                // SAFETY: a kernel of this unit is made only where the processor has been seen to have AVX2.
                #[cfg(target_arch = "x86_64")]
                #[allow(unsafe_code, reason = "a call of what is compiled for more than the target needs it")]
                $crate::engine::kernel::Unit::Avx2 => unsafe { avx2($($parameter),*) },
                $crate::engine::kernel::Unit::Portable => body($($parameter),*),
            }
        }
    };
}
pub(super) use by_kernel;
