//! One three-way merge for a cart, a form and an edit: what only one side changed since both began is that side's,
//! what both changed is ours. The fields of a content are in `fields`; the other structs are written out whole.

use super::{Content, Line};
use crate::contact::Buyer;

/// Theirs where we left it as it was, else ours.
pub(super) fn pick<T: Clone + PartialEq>(base: &T, ours: &T, theirs: &T) -> T {
    if ours == base { theirs.clone() } else { ours.clone() }
}

macro_rules! merged {
    ($base:ident, $ours:ident, $theirs:ident: $type:ident { $($field:ident),* $(; $($done:ident: $value:expr),*)? }) => {
        $type { $($field: pick(&$base.$field, &$ours.$field, &$theirs.$field),)* $($($done: $value,)*)? }
    };
}

impl Content {
    /// A line by its id.
    pub fn line(&self, id: u32) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }
}

/// The lines of [`Content::merged`].
pub(super) fn lines(base: &Content, ours: &Content, theirs: &Content) -> Vec<Line> {
    let here = ours.lines.iter().filter_map(|our| match (base.line(our.id), theirs.line(our.id)) {
        (Some(began), Some(their)) => Some(line(began, our, their)),
        // Gone there: only what was also changed or added here stays.
        (began, None) => (began != Some(our)).then(|| our.clone()),
        (None, Some(_)) => Some(our.clone()),
    });
    let there =
        theirs.lines.iter().filter(|their| ours.line(their.id).is_none() && base.line(their.id) != Some(*their));
    here.chain(there.cloned()).collect()
}

fn line(base: &Line, ours: &Line, theirs: &Line) -> Line {
    // What belongs together is changed together: an item and its product, a quantity and its unit, a price and of what.
    let what = |line: &Line| (line.item.clone(), line.product);
    let count = |line: &Line| (line.quantity, line.unit);
    let (item, product) = pick(&what(base), &what(ours), &what(theirs));
    let cost = |line: &Line| (line.price, line.per);
    let (price, per) = pick(&cost(base), &cost(ours), &cost(theirs));
    let (quantity, unit) = pick(&count(base), &count(ours), &count(theirs));
    merged!(base, ours, theirs: Line {
        variant, spec, discount, note;
        id: ours.id, item: item, product: product, quantity: quantity, unit: unit, price: price, per: per
    })
}

impl Buyer {
    /// What `ours` becomes when it takes in what `theirs` changed since `base`.
    pub fn merged(base: &Self, ours: &Self, theirs: &Self) -> Self {
        merged!(base, ours, theirs: Self { name, phone, address })
    }
}
