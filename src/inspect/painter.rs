//! The state of a page while it is drawn, and the operators that need nothing from outside.

use super::ink::{Colour, Rule};
use super::place::Matrix;
use super::tokens::Operand;
use super::typefaces::Font;

/// Saved states; content that only saves must not fill the memory.
const MOST_STATES: usize = 512;

/// A rule is thinner than this (points); what is thicker is a field or a picture.
const THINNEST_FIELD: f64 = 4.0;

#[derive(Clone)]
pub(super) struct State {
    pub(super) matrix: Matrix,
    pub(super) fill: Colour,
    pub(super) stroke: Colour,
    fill_inverse: bool,
    stroke_inverse: bool,
    line_width: f64,
    pub(super) font: Option<usize>,
    pub(super) size: f64,
    pub(super) character_spacing: f64,
    pub(super) word_spacing: f64,
    pub(super) stretch: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
    pub(super) mode: i64,
}

pub(super) struct Painter {
    pub(super) state: State,
    pub(super) saved: Vec<State>,
    pub(super) text: Matrix,
    pub(super) line: Matrix,
    /// Corners of the path's pieces; a piece with a curve is marked as such.
    path: Vec<Piece>,
}

#[derive(Default, Clone)]
struct Piece {
    points: Vec<(f64, f64)>,
    curved: bool,
    closed: bool,
}

impl Painter {
    pub(super) fn new(matrix: Matrix) -> Self {
        Self {
            state: State {
                matrix,
                fill: Colour::BLACK,
                stroke: Colour::BLACK,
                fill_inverse: false,
                stroke_inverse: false,
                line_width: 1.0,
                font: None,
                size: 0.0,
                character_spacing: 0.0,
                word_spacing: 0.0,
                stretch: 1.0,
                leading: 0.0,
                rise: 0.0,
                mode: 0,
            },
            saved: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            path: Vec::new(),
        }
    }

    pub(super) fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    pub(super) fn kern(&mut self, by: f64, fonts: &[Font]) {
        let by = -by / 1000.0 * self.state.size;
        let vertical =
            self.state.font.and_then(|at| fonts.get(at)).is_some_and(|font| font.vertical);
        let by = if vertical { (0.0, by) } else { (by * self.state.stretch, 0.0) };
        self.text = Matrix::shift(by.0, by.1).then(self.text);
    }

    pub(super) fn set_space(&mut self, stroke: bool, inverse: bool) {
        // Every space but a separation begins with black, and a separation with full ink.
        if stroke {
            (self.state.stroke, self.state.stroke_inverse) = (Colour::BLACK, inverse);
        } else {
            (self.state.fill, self.state.fill_inverse) = (Colour::BLACK, inverse);
        }
    }

    fn set_colour(&mut self, stroke: bool, operands: &[Operand]) {
        let numbers: Vec<f64> = operands
            .iter()
            .filter_map(|operand| match operand {
                Operand::Number(number) => Some(number.clamp(0.0, 1.0)),
                _ => None,
            })
            .collect();
        let inverse = if stroke { self.state.stroke_inverse } else { self.state.fill_inverse };
        let colour = match *numbers.as_slice() {
            [tint] if inverse => Colour([1.0 - tint; 3]),
            [grey] => Colour([grey; 3]),
            [red, green, blue] => Colour([red, green, blue]),
            [cyan, magenta, yellow, black] => Colour::of_cmyk([cyan, magenta, yellow, black]),
            // A pattern: neither black nor red.
            _ => Colour([0.5; 3]),
        };
        if stroke {
            self.state.stroke = colour;
        } else {
            self.state.fill = colour;
        }
    }

    /// Everything that needs no resources; rules if the operator drew some.
    pub(super) fn draw(&mut self, operator: &[u8], operands: &[Operand]) -> Option<Vec<Rule>> {
        let at = |place: usize| value(operands, place);
        match operator {
            b"q" if self.saved.len() < MOST_STATES => self.saved.push(self.state.clone()),
            b"Q" => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => {
                let matrix = Matrix([at(0), at(1), at(2), at(3), at(4), at(5)]);
                self.state.matrix = matrix.then(self.state.matrix);
            }
            b"w" => self.state.line_width = at(0),
            b"BT" => (self.text, self.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tc" => self.state.character_spacing = at(0),
            b"Tw" => self.state.word_spacing = at(0),
            b"Tz" => self.state.stretch = at(0) / 100.0,
            b"TL" => self.state.leading = at(0),
            b"Ts" => self.state.rise = at(0),
            b"Tr" => self.state.mode = at(0) as i64,
            b"Td" => self.next_line(at(0), at(1)),
            b"TD" => {
                self.state.leading = -at(1);
                self.next_line(at(0), at(1));
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"Tm" => {
                self.line = Matrix([at(0), at(1), at(2), at(3), at(4), at(5)]);
                self.text = self.line;
            }
            b"g" | b"rg" | b"k" | b"sc" | b"scn" => {
                if matches!(operator, b"g" | b"rg" | b"k") {
                    self.state.fill_inverse = false;
                }
                self.set_colour(false, operands);
            }
            b"G" | b"RG" | b"K" | b"SC" | b"SCN" => {
                if matches!(operator, b"G" | b"RG" | b"K") {
                    self.state.stroke_inverse = false;
                }
                self.set_colour(true, operands);
            }
            b"m" => self.path.push(Piece { points: vec![(at(0), at(1))], ..Piece::default() }),
            b"l" => self.to((at(0), at(1)), false),
            b"c" => self.to((at(4), at(5)), true),
            b"v" | b"y" => self.to((at(2), at(3)), true),
            b"h" => {
                if let Some(piece) = self.path.last_mut() {
                    piece.closed = true;
                }
            }
            b"re" => {
                let (x, y, width, height) = (at(0), at(1), at(2), at(3));
                let points = vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
                self.path.push(Piece { points, closed: true, ..Piece::default() });
            }
            b"S" | b"s" => return Some(self.paint(false, true, operator == b"s")),
            b"f" | b"F" | b"f*" => return Some(self.paint(true, false, false)),
            b"B" | b"B*" | b"b" | b"b*" => {
                return Some(self.paint(true, true, operator[0] == b'b'));
            }
            b"n" => self.path.clear(),
            _ => {}
        }
        None
    }

    fn to(&mut self, point: (f64, f64), curved: bool) {
        if let Some(piece) = self.path.last_mut()
            // A drawing of many corners is no rule.
            && piece.points.len() < 64
        {
            piece.points.push(point);
            piece.curved |= curved;
        }
    }

    fn paint(&mut self, fill: bool, stroke: bool, close: bool) -> Vec<Rule> {
        let mut rules = Vec::new();
        let matrix = self.state.matrix;
        for piece in std::mem::take(&mut self.path) {
            if piece.curved {
                continue;
            }
            let points: Vec<(f64, f64)> = piece.points.iter().map(|at| matrix.apply(*at)).collect();
            if fill && let Some(rule) = filled(&points, self.state.fill) {
                rules.push(rule);
            }
            if stroke {
                let thickness = self.state.line_width * matrix.scale();
                let ends = points.iter().zip(points.iter().skip(1));
                let last = (piece.closed || close).then(|| points.last().zip(points.first()));
                for (from, to) in ends.chain(last.flatten()) {
                    let (dx, dy) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
                    if thickness < THINNEST_FIELD && dx.max(dy) > 1.0 && dx.min(dy) < 0.5 {
                        let colour = self.state.stroke;
                        rules.push(Rule { from: *from, to: *to, thickness, colour });
                    }
                }
            }
        }
        rules
    }
}

/// Many writers draw a rule as a flat field.
fn filled(points: &[(f64, f64)], colour: Colour) -> Option<Rule> {
    if !(4..=5).contains(&points.len()) {
        return None;
    }
    let fold = |pick: fn(&(f64, f64)) -> f64| {
        points
            .iter()
            .map(pick)
            .fold((f64::MAX, f64::MIN), |(low, high), it| (low.min(it), high.max(it)))
    };
    let ((left, right), (top, bottom)) = (fold(|it| it.0), fold(|it| it.1));
    let (width, height) = (right - left, bottom - top);
    if width.min(height) >= THINNEST_FIELD || width.max(height) < THINNEST_FIELD {
        return None;
    }
    let (from, to) = if width >= height {
        let middle = (top + bottom) / 2.0;
        ((left, middle), (right, middle))
    } else {
        let middle = (left + right) / 2.0;
        ((middle, top), (middle, bottom))
    };
    Some(Rule { from, to, thickness: width.min(height), colour })
}

pub(super) fn name(operands: &[Operand]) -> Option<&[u8]> {
    match operands.first()? {
        Operand::Name(name) => Some(name),
        _ => None,
    }
}

pub(super) fn value(operands: &[Operand], place: usize) -> f64 {
    match operands.get(place) {
        Some(Operand::Number(number)) => *number,
        _ => 0.0,
    }
}
