//! Places on a page: matrices of PDF, and lengths in points and millimetres.

/// Points in a millimetre.
pub(super) const MM: f64 = 72.0 / 25.4;

/// Points as millimetres.
pub(super) fn mm(points: f64) -> f64 {
    points / MM
}

/// A matrix `[a b c d e f]` (ISO 32000-1, 8.3.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Matrix(pub(crate) [f64; 6]);

impl Matrix {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// The matrix that does `self` first and `next` after it.
    pub(crate) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [p, q, r, s, t, u]) = (self.0, next.0);
        Self([
            a * p + b * r,
            a * q + b * s,
            c * p + d * r,
            c * q + d * s,
            e * p + f * r + t,
            e * q + f * s + u,
        ])
    }

    pub(crate) fn apply(self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The rectangle (left, bottom, right, top) around what a rectangle becomes.
    pub(crate) fn around(self, [left, bottom, right, top]: [f64; 4]) -> [f64; 4] {
        let corners = [(left, bottom), (right, bottom), (right, top), (left, top)];
        corners
            .map(|corner| self.apply(corner))
            .into_iter()
            .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[l, b, r, t], (x, y)| {
                [l.min(x), b.min(y), r.max(x), t.max(y)]
            })
    }

    /// As operands of `cm`.
    pub(crate) fn written(self) -> String {
        let numbers: Vec<String> = self
            .0
            .iter()
            .map(|number| {
                let text = format!("{number:.5}");
                let text = text.trim_end_matches('0').trim_end_matches('.');
                if text == "-0" { "0".to_owned() } else { text.to_owned() }
            })
            .collect();
        numbers.join(" ")
    }

    /// How long a vertical unit becomes: the size of type set in it.
    pub(super) fn height(self) -> f64 {
        self.0[2].hypot(self.0[3])
    }

    /// How long a horizontal unit becomes.
    pub(super) fn width(self) -> f64 {
        self.0[0].hypot(self.0[1])
    }

    /// The mean enlargement: what becomes of the width of a rule.
    pub(super) fn scale(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs().sqrt()
    }
}

/// How text runs on a page, as quarter turns to the left from upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(super) enum Turn {
    /// From left to right.
    #[default]
    Upright,
    /// From the bottom to the top: the head is at the left edge.
    Left,
    /// Upside down.
    Over,
    /// From the top to the bottom: the head is at the right edge.
    Right,
}

impl Turn {
    /// Of a direction in page space with y downwards.
    pub(super) fn of(dx: f64, dy: f64) -> Self {
        if dx.abs() >= dy.abs() {
            if dx >= 0.0 { Self::Upright } else { Self::Over }
        } else if dy < 0.0 {
            Self::Left
        } else {
            Self::Right
        }
    }

    /// A quarter turn further to the left.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Upright => Self::Left,
            Self::Left => Self::Over,
            Self::Over => Self::Right,
            Self::Right => Self::Upright,
        }
    }

    /// A point of a page of this size (y downwards), seen with the text upright.
    pub(super) fn upright(self, (x, y): (f64, f64), (width, height): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Upright => (x, y),
            Self::Left => (height - y, x),
            Self::Over => (width - x, height - y),
            Self::Right => (y, width - x),
        }
    }
}
