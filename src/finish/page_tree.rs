//! The pages of a file: read from a tree of any shape, written as a balanced one.

use super::raw::{RawFile, entries, foreign, items, reference};
use crate::fault::Fault;

/// How many pages, or nodes, stand below one node.
const BREADTH: usize = 64;

/// How deep a tree may be; a damaged one may run in a circle.
const DEPTH: usize = 32;

/// What a page takes from the nodes above it.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// A page: its entries, those that it inherits included.
pub(super) type Entries<'a> = Vec<(&'a [u8], &'a [u8])>;

/// A tree in the making.
#[derive(Default)]
pub(super) struct PageTree {
    pages: Vec<u32>,
    leaves: Vec<u32>,
}

impl PageTree {
    /// How many pages it has.
    pub(super) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// The node above the page that is added next.
    pub(super) fn next_leaf(&mut self, reserve: impl FnOnce() -> u32) -> u32 {
        if self.pages.len() == self.leaves.len() * BREADTH {
            self.leaves.push(reserve());
        }
        self.leaves.last().copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, page: u32) {
        self.pages.push(page);
    }

    /// The root and all nodes with what is in them.
    pub(super) fn nodes(self, mut reserve: impl FnMut() -> u32) -> (u32, Vec<(u32, Vec<u8>)>) {
        let mut nodes = Vec::new();
        let mut kids: Vec<(u32, usize)> = self.pages.into_iter().map(|page| (page, 1)).collect();
        let mut level = self.leaves;
        loop {
            let above: Vec<u32> = (0..level.len().div_ceil(BREADTH))
                .filter(|_| level.len() > 1)
                .map(|_| reserve())
                .collect();
            let mut counted = Vec::with_capacity(level.len());
            for (at, (node, below)) in level.iter().zip(kids.chunks(BREADTH)).enumerate() {
                let count: usize = below.iter().map(|(_, count)| count).sum();
                let mut body = format!("<</Type/Pages/Count {count}").into_bytes();
                if let Some(parent) = above.get(at / BREADTH) {
                    body.extend_from_slice(format!("/Parent {parent} 0 R").as_bytes());
                }
                body.extend_from_slice(b"/Kids[");
                for (kid, _) in below {
                    body.extend_from_slice(format!("{kid} 0 R ").as_bytes());
                }
                body.pop();
                body.extend_from_slice(b"]>>");
                nodes.push((*node, body));
                counted.push((*node, count));
            }
            if above.is_empty() {
                let root = level.first().copied().unwrap_or_default();
                return (root, nodes);
            }
            (kids, level) = (counted, above);
        }
    }
}

/// The pages of a file in order.
pub(super) fn pages_of<'a>(
    file: &RawFile<'a>,
    catalog: &'a [u8],
) -> Result<Vec<Entries<'a>>, Fault> {
    let root = file.entry(catalog, b"Pages")?.ok_or_else(foreign)?;
    let mut pages = Vec::new();
    walk(file, root, &Vec::new(), DEPTH, &mut pages)?;
    Ok(pages)
}

fn walk<'a>(
    file: &RawFile<'a>,
    node: &'a [u8],
    from_above: &Entries<'a>,
    depth: usize,
    pages: &mut Vec<Entries<'a>>,
) -> Result<(), Fault> {
    if depth == 0 {
        return Err(foreign());
    }
    let number = reference(node).ok_or_else(foreign)?;
    let mut own = entries(file.object(number)?.value)?;
    for inherited in from_above {
        if own.iter().all(|(key, _)| *key != inherited.0) {
            own.push(*inherited);
        }
    }
    let Some((_, kids)) = own.iter().find(|(key, _)| *key == b"Kids") else {
        pages.push(own);
        return Ok(());
    };
    let kids = items(file.resolved(kids)?)?;
    own.retain(|(key, _)| INHERITED.contains(key));
    for kid in kids {
        walk(file, kid, &own, depth - 1, pages)?;
    }
    Ok(())
}
