//! The best dependency tree: a maximum spanning arborescence with one arc from the root.

/// Heads of the best tree over `size` words. `score(word, head)` scores head 0, the root, or head k + 1, word k, for a word;
/// the result holds such heads. Exactly one word has the root as head.
///
/// Chu-Liu/Edmonds on a dense matrix in quadratic time: paths of best heads grow from each word until they reach the tree
/// or close a cycle, which becomes one node whose ways in and out are the best ways of its members.
pub(crate) fn best_tree(size: usize, score: impl Fn(usize, usize) -> f32) -> Vec<usize> {
    if size == 0 {
        return Vec::new();
    }
    let nodes = size + 1;
    let mut largest = 0f64;
    let mut scores = vec![f64::NEG_INFINITY; nodes * nodes];
    for child in 1..nodes {
        for head in (0..nodes).filter(|&head| head != child) {
            let value = f64::from(score(child - 1, head));
            // A number that is none would make every comparison false and the search endless.
            let value = if value.is_finite() { value } else { -1e6 };
            largest = largest.max(value.abs());
            scores[child * nodes + head] = value;
        }
    }
    // So large a cost for each arc from the root that the best tree has only the one it cannot do without.
    let cost = 2.0 * size as f64 * (largest + 1.0);
    for child in 1..nodes {
        scores[child * nodes] -= cost;
    }
    Arborescence::new(nodes, scores).solve()
}

/// An arc between words, whatever the nodes that stand for them are: (child, head).
type Arc = (u16, u16);

struct Arborescence {
    nodes: usize,
    /// `scores[child * nodes + head]` between slots; a slot holds a word or a cycle.
    scores: Vec<f64>,
    /// The arc between words behind each score.
    arcs: Vec<Arc>,
    /// The slots still in use.
    alive: Vec<bool>,
    /// The node in each slot: words first, then cycles in the order of their making.
    node_of: Vec<usize>,
    /// The cycle that a node was drawn into.
    parent: Vec<Option<usize>>,
    /// The arc into each node within its cycle, or into the tree.
    entry: Vec<Arc>,
}

impl Arborescence {
    fn new(nodes: usize, scores: Vec<f64>) -> Arborescence {
        let arcs = (0..nodes * nodes).map(|i| ((i / nodes) as u16, (i % nodes) as u16)).collect();
        let alive = vec![true; nodes];
        Arborescence {
            nodes,
            scores,
            arcs,
            alive,
            node_of: (0..nodes).collect(),
            parent: vec![None; nodes],
            entry: vec![(0, 0); nodes],
        }
    }

    fn solve(mut self) -> Vec<usize> {
        let mut done = vec![false; self.nodes];
        done[0] = true;
        for start in 1..self.nodes {
            let mut path: Vec<usize> = Vec::new();
            let mut slot = start;
            while self.alive[slot] && !done[slot] {
                let head = self.best_head(slot);
                path.push(slot);
                if let Some(from) = path.iter().position(|&member| member == head) {
                    slot = self.contract(path.split_off(from));
                } else {
                    slot = head;
                }
            }
            for slot in path {
                done[slot] = true;
            }
        }
        self.expand()
    }

    /// The slot with the best arc into `slot`; notes the arc.
    fn best_head(&mut self, slot: usize) -> usize {
        let row = &self.scores[slot * self.nodes..][..self.nodes];
        let mut best = usize::MAX;
        for head in (0..self.nodes).filter(|&head| head != slot && self.alive[head]) {
            if best == usize::MAX || row[head] > row[best] {
                best = head;
            }
        }
        self.entry[self.node_of[slot]] = self.arcs[slot * self.nodes + best];
        best
    }

    /// Makes one node of a cycle, in the slot of its first member, which is returned.
    fn contract(&mut self, cycle: Vec<usize>) -> usize {
        let n = self.nodes;
        let slot = cycle[0];
        let node = self.parent.len();
        self.parent.push(None);
        self.entry.push((0, 0));
        let kept: Vec<f64> = cycle.iter().map(|&member| self.kept_score(member, &cycle)).collect();
        for &member in &cycle {
            self.parent[self.node_of[member]] = Some(node);
            self.alive[member] = false;
        }
        for other in (0..n).filter(|&other| self.alive[other]) {
            // Into the cycle: the arc gained, less the arc of the cycle that it takes the place of.
            let gain = |i: usize| self.scores[cycle[i] * n + other] - kept[i];
            let best = best_of(cycle.len(), gain);
            let (score, arc) = (gain(best), self.arcs[cycle[best] * n + other]);
            (self.scores[slot * n + other], self.arcs[slot * n + other]) = (score, arc);
            // Out of the cycle: the best of its members as head.
            let best = cycle[best_of(cycle.len(), |i| self.scores[other * n + cycle[i]])];
            let (score, arc) = (self.scores[other * n + best], self.arcs[other * n + best]);
            (self.scores[other * n + slot], self.arcs[other * n + slot]) = (score, arc);
        }
        self.alive[slot] = true;
        self.node_of[slot] = node;
        slot
    }

    /// The score of the arc into a member from within its cycle.
    fn kept_score(&self, member: usize, cycle: &[usize]) -> f64 {
        let row = &self.scores[member * self.nodes..][..self.nodes];
        cycle.iter().filter(|&&head| head != member).map(|&head| row[head]).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Opens the cycles, the last made first: the arc into a cycle takes the place of the arc into the member it meets.
    fn expand(mut self) -> Vec<usize> {
        for node in (self.nodes..self.parent.len()).rev() {
            let arc = self.entry[node];
            let mut member = arc.0 as usize;
            while let Some(parent) = self.parent[member].filter(|&parent| parent != node) {
                member = parent;
            }
            self.entry[member] = arc;
        }
        self.entry[1..self.nodes].iter().map(|&(_, head)| head as usize).collect()
    }
}

fn best_of(count: usize, score: impl Fn(usize) -> f64) -> usize {
    (1..count).fold(0, |best, i| if score(i) > score(best) { i } else { best })
}

#[cfg(test)]
mod tests {
    use super::best_tree;

    /// A small generator of numbers that are the same on every run.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            self.0 >> 33
        }

        fn score(&mut self) -> f32 {
            (self.next() % 2001) as f32 / 100.0 - 10.0
        }
    }

    fn total(scores: &[Vec<f32>], heads: &[usize]) -> f32 {
        heads.iter().enumerate().map(|(word, &head)| scores[word][head]).sum()
    }

    fn is_tree(heads: &[usize]) -> bool {
        let reaches_root = |mut word: usize| {
            for _ in 0..=heads.len() {
                match heads[word] {
                    0 => return true,
                    head => word = head - 1,
                }
            }
            false
        };
        heads.iter().filter(|&&head| head == 0).count() == 1 && (0..heads.len()).all(reaches_root)
    }

    /// The best total over every assignment of heads that is a tree.
    fn best_by_force(scores: &[Vec<f32>]) -> f32 {
        let size = scores.len();
        let mut best = f32::NEG_INFINITY;
        let mut heads = vec![0; size];
        loop {
            if is_tree(&heads) {
                best = best.max(total(scores, &heads));
            }
            let Some(next) = heads.iter().position(|&head| head < size) else { return best };
            heads[next] += 1;
            heads[..next].fill(0);
        }
    }

    #[test]
    fn agrees_with_trying_every_tree() {
        let mut numbers = Numbers(7);
        for round in 0..600 {
            let size = 1 + round % 6;
            let scores: Vec<Vec<f32>> = (0..size).map(|_| (0..=size).map(|_| numbers.score()).collect()).collect();
            let heads = best_tree(size, |word, head| scores[word][head]);
            assert!(is_tree(&heads), "{heads:?} of {scores:?}");
            let (found, best) = (total(&scores, &heads), best_by_force(&scores));
            assert!((found - best).abs() < 1e-3, "{found} instead of {best}: {heads:?} of {scores:?}");
        }
    }

    #[test]
    fn nested_cycles_and_strange_numbers_still_give_a_tree() {
        let mut numbers = Numbers(11);
        for size in [1, 2, 3, 40, 300] {
            // Each word prefers its neighbour in ever larger rings.
            let ring = |word: usize, head: usize| if head == (word ^ 1) + 1 { 50.0 } else { -((word ^ head) as f32) };
            assert!(is_tree(&best_tree(size, ring)));
            let odd: Vec<f32> = (0..size * (size + 1))
                .map(|_| match numbers.next() % 4 {
                    0 => f32::NAN,
                    1 => f32::INFINITY,
                    2 => f32::NEG_INFINITY,
                    _ => 1.0,
                })
                .collect();
            assert!(is_tree(&best_tree(size, |word, head| odd[word * (size + 1) + head])));
        }
        assert_eq!(best_tree(0, |_, _| 0.0), Vec::<usize>::new());
    }
}
