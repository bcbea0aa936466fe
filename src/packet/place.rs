//! Where an attached page stands on its A4 page: upright, whole, inside the margins.

pub(super) use crate::inspect::place::Matrix;

/// Points in a millimetre.
pub(super) const MM: f64 = 72.0 / 25.4;

/// A4 upright, in points.
pub(super) const A4: (f64, f64) = (210.0 * MM, 297.0 * MM);

/// Margins of attached pages, in millimetres: room for the label above and the running number below,
/// and for staples at the binding (clause 6.3 of GB/T 9704: 3 to 5 mm from the spine).
const ABOVE: f64 = 16.0;
const BELOW: f64 = 16.0;
const BINDING: f64 = 20.0;
const OUTER: f64 = 12.0;

/// How an upright form stands on a page: as it is, or with the page's head at the left, as it is bound.
pub(super) fn upright_on(across: bool) -> Matrix {
    if across { Matrix([0.0, -1.0, 1.0, 0.0, 0.0, A4.0]) } else { Matrix::IDENTITY }
}

/// How an attached page stands on a page of ours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// From its own space to that of our page.
    pub(super) matrix: Matrix,
    /// What it takes of our page: left, bottom, right, top.
    pub(super) within: [f64; 4],
    /// Whether our page stands across.
    pub(super) across: bool,
}

/// Places the box (left, bottom, right, top; in its own space) of a page that is to be turned clockwise
/// by so many quarters. Nothing is enlarged; what is larger than the room is made smaller. `back` says
/// whether it is printed on the back of a leaf, where the binding is at the other side.
pub(super) fn place(own: [f64; 4], quarters: i64, unit: f64, back: bool) -> Placed {
    let [left, bottom, right, top] = own;
    let turn = match quarters.rem_euclid(4) {
        0 => Matrix([1.0, 0.0, 0.0, 1.0, -left, -bottom]),
        1 => Matrix([0.0, -1.0, 1.0, 0.0, -bottom, right]),
        2 => Matrix([-1.0, 0.0, 0.0, -1.0, right, top]),
        _ => Matrix([0.0, 1.0, -1.0, 0.0, top, -left]),
    };
    let turned = turn.around(own);
    let (width, height) = ((turned[2] - turned[0]) * unit, (turned[3] - turned[1]) * unit);
    let across = width > height;
    let room = room(across, back);
    let (wide, high) = (room[2] - room[0], room[3] - room[1]);
    let scale = unit * 1.0_f64.min(wide / width).min(high / height);
    let (width, height) = (width / unit * scale, height / unit * scale);
    let x = room[0] + (wide - width) / 2.0;
    let y = room[1] + (high - height) / 2.0;
    let matrix = turn.then(Matrix([scale, 0.0, 0.0, scale, x, y]));
    Placed { matrix, within: matrix.around(own), across }
}

/// What is inside the margins: left, bottom, right, top. A page that stands across is bound at its head.
fn room(across: bool, back: bool) -> [f64; 4] {
    let (near, far) = if back { (OUTER, BINDING) } else { (BINDING, OUTER) };
    if across {
        // On the back of a leaf that is turned over its long edge the head is at the outer side.
        let (width, height) = (A4.1, A4.0);
        let beside = ABOVE.max(BELOW);
        [beside * MM, far * MM, width - beside * MM, height - near * MM]
    } else {
        [near * MM, BELOW * MM, A4.0 - far * MM, A4.1 - ABOVE * MM]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_page_is_whole_inside_the_room(
            left in -500.0..500.0_f64, bottom in -500.0..500.0_f64,
            width in 1.0..5000.0_f64, height in 1.0..5000.0_f64,
            quarters in -8_i64..8, unit in 0.5..3.0, back: bool,
        ) {
            let own = [left, bottom, left + width, bottom + height];
            let placed = place(own, quarters, unit, back);
            let found = placed.matrix.around(own);
            let room = room(placed.across, back);
            prop_assert!(found[0] >= room[0] - 0.01 && found[1] >= room[1] - 0.01, "{found:?}");
            prop_assert!(found[2] <= room[2] + 0.01 && found[3] <= room[3] + 0.01, "{found:?}");
            // Its shape is kept, and it is not enlarged beyond its own unit.
            let (wide, high) = (found[2] - found[0], found[3] - found[1]);
            let (own_wide, own_high): (f64, f64) =
                if quarters.rem_euclid(2) == 0 { (width, height) } else { (height, width) };
            prop_assert!((wide / high - own_wide / own_high).abs() < 0.01 * own_wide / own_high);
            prop_assert!(wide <= own_wide * unit + 0.01);
            prop_assert_eq!(placed.across, own_wide > own_high);
        }
    }

    #[test]
    fn turns_are_clockwise() {
        // The upper left corner of a page that is turned once clockwise comes to the upper right.
        let own = [0.0, 0.0, 100.0, 200.0];
        for (quarters, corner) in
            [(0, "left top"), (1, "right top"), (2, "right bottom"), (3, "left bottom")]
        {
            let placed = place(own, quarters, 1.0, false);
            let around = placed.matrix.around(own);
            let (x, y) = placed.matrix.apply((0.0, 200.0));
            let side = if (x - around[0]).abs() < 0.1 { "left" } else { "right" };
            let end = if (y - around[3]).abs() < 0.1 { "top" } else { "bottom" };
            assert_eq!(format!("{side} {end}"), corner, "{quarters}");
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            Matrix([1.0, -0.0, 0.5, 1.0 / 3.0, 1e-9, -2.0]).written(),
            "1 0 0.5 0.33333 0 -2"
        );
    }
}
