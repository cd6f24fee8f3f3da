//! Tarjan's strongly connected components, with a stack of its own instead of recursion.

const UNSEEN: usize = usize::MAX;

struct Search {
    order: Vec<usize>,
    low: Vec<usize>,
    open: Vec<usize>,
    is_open: Vec<bool>,
    component: Vec<usize>,
    components: Vec<Vec<usize>>,
    next: usize,
}

/// Returns the component of each of `size` nodes, and the nodes of each component in ascending order. A component
/// comes after those that it leads to.
///
/// `edge` gives a node's n-th edge: nothing behind the last one, an edge without an end where it leads nowhere.
pub(in crate::flow) fn strong(
    size: usize,
    edge: impl Fn(usize, usize) -> Option<Option<usize>>,
) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut search = Search {
        order: vec![UNSEEN; size],
        low: vec![0; size],
        open: Vec::new(),
        is_open: vec![false; size],
        component: vec![0; size],
        components: Vec::new(),
        next: 0,
    };
    for root in 0..size {
        if search.order[root] == UNSEEN {
            search.from(&edge, root);
        }
    }
    (search.component, search.components)
}

impl Search {
    fn enter(&mut self, block: usize) {
        self.order[block] = self.next;
        self.low[block] = self.next;
        self.next += 1;
        self.open.push(block);
        self.is_open[block] = true;
    }

    fn from(&mut self, edge: &impl Fn(usize, usize) -> Option<Option<usize>>, root: usize) {
        self.enter(root);
        // Each entry is a block and the number of its edges that were followed.
        let mut stack = vec![(root, 0)];
        while let Some((block, followed)) = stack.last_mut() {
            let block = *block;
            let Some(to) = edge(block, *followed) else {
                stack.pop();
                if let Some((parent, _)) = stack.last() {
                    self.low[*parent] = self.low[*parent].min(self.low[block]);
                }
                if self.low[block] == self.order[block] {
                    self.close(block);
                }
                continue;
            };
            *followed += 1;
            let Some(to) = to else { continue };
            if self.order[to] == UNSEEN {
                self.enter(to);
                stack.push((to, 0));
            } else if self.is_open[to] {
                self.low[block] = self.low[block].min(self.order[to]);
            }
        }
    }

    fn close(&mut self, root: usize) {
        let mut members = Vec::new();
        while let Some(block) = self.open.pop() {
            self.is_open[block] = false;
            self.component[block] = self.components.len();
            members.push(block);
            if block == root {
                break;
            }
        }
        members.sort_unstable();
        self.components.push(members);
    }
}
