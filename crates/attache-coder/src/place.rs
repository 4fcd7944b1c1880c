//! Place names in locative use, resolved against the gazetteer.

use attache_doc::{Place, TokenIx, Upos};

use crate::knowledge::{Knowledge, NameRef, atoms_of};
use crate::mention::Who;
use crate::tree::Tree;

/// A place with its tokens.
#[derive(Debug, Clone)]
pub struct Placed {
    pub place: Place,
    pub head: TokenIx,
}

/// Finds places that a preposition marks as such ("in Moscow", "near the border of Chad"), in order of the text.
pub fn find(knowledge: &Knowledge, tree: &Tree, who: &Who) -> Vec<Placed> {
    let names = &knowledge.names;
    let mut found = Vec::new();
    for sentence in &tree.parse.sentences {
        let mut atoms = Vec::new();
        for t in sentence.tokens.clone() {
            atoms_of(tree.form(t), t, &mut atoms);
        }
        let mut at = 0;
        while at < atoms.len() {
            let accept = |r: NameRef| {
                matches!(r, NameRef::City(_) | NameRef::State(_) | NameRef::Region(_) | NameRef::Capital(_))
            };
            let Some((n, refs)) = names.longest(&atoms, at, false, &accept) else {
                at += 1;
                continue;
            };
            let (first, last) = (atoms[at].token, atoms[at + n - 1].token);
            at += n;
            let head = (first..=last).find(|&t| tree.head(t).is_none_or(|h| h < first || h > last)).unwrap_or(last);
            let locative = tree.case(head).is_some_and(|c| knowledge.in_set("locative", &c));
            // Part of a longer name ("New York Times", "Moscow Format") is no place.
            let inside = who.hit(first).is_some_and(|h| {
                h.tokens.len() > (last - first + 1) as usize
                    && h.refs.iter().all(|r| !matches!(r, NameRef::State(_) | NameRef::Region(_)))
            });
            if !locative || inside || tree.upos(head) != Upos::Propn {
                continue;
            }
            if let Some(place) = resolve(knowledge, tree, who, first, last, &refs) {
                found.push(Placed { place, head });
            }
        }
    }
    found
}

fn resolve(
    knowledge: &Knowledge,
    tree: &Tree,
    who: &Who,
    first: TokenIx,
    last: TokenIx,
    refs: &[NameRef],
) -> Option<Place> {
    let names = &knowledge.names;
    let span = tree.token(first).span.cover(tree.token(last).span);
    let state =
        refs.iter().find_map(|r| if let NameRef::State(i) = r { Some(&names.states[*i as usize]) } else { None });
    if let Some(state) = state {
        let at = names.countries.get(&state.iso3);
        return Some(Place {
            span,
            name: state.name.clone(),
            country: Some(state.iso3.clone()),
            lat: at.map(|a| a.0),
            lon: at.map(|a| a.1),
            geonames: None,
            because: vec![state.source.reason()],
        });
    }
    // Among cities of the name: one in a country that the document speaks of, else the most populous.
    let city = refs
        .iter()
        .filter_map(|r| if let NameRef::City(i) = r { Some(&names.cities[*i as usize]) } else { None })
        .max_by_key(|c| {
            let spoken_of = who.parties.iter().any(|p| p.country.as_deref() == Some(c.country.as_str()));
            (u64::from(c.population) * if spoken_of { 20 } else { 1 }, std::cmp::Reverse(c.geonames))
        });
    if let Some(city) = city {
        return Some(Place {
            span,
            name: city.name.clone(),
            country: Some(city.country.clone()),
            lat: Some(city.lat),
            lon: Some(city.lon),
            geonames: Some(city.geonames),
            because: vec![city.source.reason()],
        });
    }
    let region =
        refs.iter().find_map(|r| if let NameRef::Region(i) = r { Some(&names.regions[*i as usize]) } else { None })?;
    let only = if region.countries.len() == 1 { region.countries.first().cloned() } else { None };
    Some(Place {
        span,
        name: region.name.clone(),
        country: only,
        lat: None,
        lon: None,
        geonames: None,
        because: vec![region.source.reason()],
    })
}
