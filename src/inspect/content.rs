//! Carries a page's content out (ISO 32000-1, 8 and 9), as far as glyphs and straight rules go.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::ink::{Glyph, Page};
use super::painter::{Painter, name, value};
use super::place::{Matrix, Turn};
use super::tokens::{Operand, Tokens};
use super::tree::{PageNode, dictionary, number, rectangle, resolved};
use super::typefaces::{Font, Typeface};

/// Forms within forms; a form that shows itself stops here.
const DEEPEST: usize = 16;

/// Operators of a whole file. A form that shows a form twice, ten deep, is a bomb; 500 full pages have
/// less than a million.
const MOST_OPERATORS: usize = 30_000_000;

/// Glyphs and rules of a whole file.
const MOST_MARKS: usize = 6_000_000;

/// The most bytes that one stream may become.
const LIMIT: usize = 128 << 20;

/// The reader of all pages of a file; fonts are read once.
pub(super) struct Reader<'a> {
    document: &'a Document,
    fonts: Vec<Font>,
    known: HashMap<ObjectId, usize>,
    operators: usize,
    marks: usize,
}

/// The file has more content than anybody prints.
pub(super) struct TooMuch;

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self { document, fonts: Vec::new(), known: HashMap::new(), operators: 0, marks: 0 }
    }

    /// The faces by number.
    pub(super) fn faces(self) -> Vec<Typeface> {
        self.fonts.into_iter().map(|font| font.face).collect()
    }

    /// A page as the viewer shows it, then turned so that its text is upright.
    pub(super) fn page(&mut self, node: &PageNode<'a>) -> Result<Page, TooMuch> {
        let document = self.document;
        let boxed = |key: &[u8]| node.get(document, key).and_then(|it| rectangle(document, it));
        // A4 where the file does not say; so do viewers.
        let media = boxed(b"MediaBox").unwrap_or([0.0, 0.0, 595.276, 841.89]);
        let crop = boxed(b"CropBox").unwrap_or(media);
        let seen = [
            crop[0].max(media[0]),
            crop[1].max(media[1]),
            crop[2].min(media[2]),
            crop[3].min(media[3]),
        ];
        let [left, bottom, right, top] =
            if seen[2] > seen[0] && seen[3] > seen[1] { seen } else { media };
        let unit =
            node.get(document, b"UserUnit").and_then(|it| number(document, it)).unwrap_or(1.0);
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let (width, height) = ((right - left) * unit, (top - bottom) * unit);
        let turned =
            node.get(document, b"Rotate").and_then(|it| number(document, it)).unwrap_or(0.0);
        let (shown, view) = match (turned as i64).rem_euclid(360) {
            90 => ((height, width), Matrix([0.0, 1.0, 1.0, 0.0, 0.0, 0.0])),
            180 => ((width, height), Matrix([-1.0, 0.0, 0.0, 1.0, width, 0.0])),
            270 => ((height, width), Matrix([0.0, -1.0, -1.0, 0.0, height, width])),
            _ => ((width, height), Matrix([1.0, 0.0, 0.0, -1.0, 0.0, height])),
        };
        let base =
            Matrix::shift(-left, -bottom).then(Matrix([unit, 0.0, 0.0, unit, 0.0, 0.0])).then(view);
        let mut page = Page { width: shown.0, height: shown.1, ..Page::default() };
        let resources = node.get(document, b"Resources").and_then(|it| it.as_dict().ok());
        let content = self.content_of(node);
        let mut painter = Painter::new(base);
        self.run(&content, resources, &mut painter, &mut page, 0)?;
        let inside =
            |x: f64, y: f64| x >= -1.0 && y >= -1.0 && x <= shown.0 + 1.0 && y <= shown.1 + 1.0;
        page.glyphs.retain(|glyph| inside(glyph.x, glyph.y));
        page.set_upright();
        Ok(page)
    }

    fn content_of(&self, node: &PageNode<'a>) -> Vec<u8> {
        let mut content = Vec::new();
        let parts = match node.get(self.document, b"Contents") {
            Some(Object::Array(parts)) => parts.iter().collect(),
            Some(part) => vec![part],
            None => Vec::new(),
        };
        for part in parts {
            if let Ok(stream) = resolved(self.document, part).as_stream()
                && content.len() < LIMIT
            {
                content.extend(plain(stream));
                content.push(b'\n');
            }
        }
        content
    }

    fn run(
        &mut self,
        content: &[u8],
        resources: Option<&'a Dictionary>,
        painter: &mut Painter,
        page: &mut Page,
        depth: usize,
    ) -> Result<(), TooMuch> {
        let mut tokens = Tokens::new(content);
        let mut operands = Vec::new();
        let floor = painter.saved.len();
        while let Some(operator) = tokens.next(&mut operands) {
            self.operators += 1;
            if self.operators > MOST_OPERATORS || self.marks > MOST_MARKS {
                return Err(TooMuch);
            }
            match operator {
                b"Q" if painter.saved.len() <= floor => {}
                b"Tf" => {
                    let font = name(&operands).and_then(|name| {
                        dictionary(self.document, resources?, b"Font")?.get(name).ok()
                    });
                    painter.state.font = font.and_then(|font| self.font(font));
                    painter.state.size = value(&operands, 1);
                }
                b"Tj" => self.show(operands.first(), painter, page),
                b"TJ" => {
                    if let Some(Operand::List(parts)) = operands.first() {
                        for part in parts {
                            match part {
                                Operand::Number(by) => painter.kern(*by, &self.fonts),
                                part => self.show(Some(part), painter, page),
                            }
                        }
                    }
                }
                b"'" | b"\"" => {
                    if operator == b"\"" {
                        painter.state.word_spacing = value(&operands, 0);
                        painter.state.character_spacing = value(&operands, 1);
                    }
                    painter.next_line(0.0, -painter.state.leading);
                    self.show(operands.last(), painter, page);
                }
                b"cs" | b"CS" => {
                    let inverse =
                        name(&operands).is_some_and(|name| self.is_separation(resources, name));
                    painter.set_space(operator == b"CS", inverse);
                }
                b"Do" => {
                    let object = name(&operands)
                        .and_then(|name| {
                            dictionary(self.document, resources?, b"XObject")?.get(name).ok()
                        })
                        .map(|object| resolved(self.document, object));
                    if let Some(Ok(stream)) = object.map(Object::as_stream) {
                        self.form(stream, resources, painter, page, depth)?;
                    }
                }
                _ => {
                    if let Some(rules) = painter.draw(operator, &operands) {
                        self.marks += rules.len();
                        page.rules.extend(rules);
                    }
                }
            }
        }
        if let Some(state) = painter.saved.get(floor).cloned() {
            painter.saved.truncate(floor);
            painter.state = state;
        }
        Ok(())
    }

    fn form(
        &mut self,
        stream: &'a Stream,
        resources: Option<&'a Dictionary>,
        painter: &mut Painter,
        page: &mut Page,
        depth: usize,
    ) -> Result<(), TooMuch> {
        let kind = stream.dict.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        if kind == b"Image" {
            page.pictures += 1;
        }
        if kind != b"Form" || depth >= DEEPEST {
            return Ok(());
        }
        let own = dictionary(self.document, &stream.dict, b"Resources").or(resources);
        let matrix = stream.dict.get(b"Matrix").ok().and_then(|it| {
            let it = resolved(self.document, it).as_array().ok()?;
            let parts: Vec<f64> = it.iter().filter_map(|it| number(self.document, it)).collect();
            <[f64; 6]>::try_from(parts).ok()
        });
        let before = painter.state.clone();
        let (text, line) = (painter.text, painter.line);
        if let Some(matrix) = matrix {
            painter.state.matrix = Matrix(matrix).then(painter.state.matrix);
        }
        self.run(&plain(stream), own, painter, page, depth + 1)?;
        painter.state = before;
        (painter.text, painter.line) = (text, line);
        Ok(())
    }

    fn font(&mut self, object: &'a Object) -> Option<usize> {
        let id = object.as_reference().ok();
        if let Some(known) = id.and_then(|id| self.known.get(&id)) {
            return Some(*known);
        }
        let font = Font::read(self.document, resolved(self.document, object).as_dict().ok()?);
        // A font that stands in the page itself is read again; one face in the report is enough.
        let same = if id.is_none() {
            self.fonts.iter().position(|known| known.face.name == font.face.name)
        } else {
            None
        };
        let place = match same {
            Some(place) => {
                let used = self.fonts[place].face.used;
                self.fonts[place] = font;
                self.fonts[place].face.used = used;
                place
            }
            None => {
                self.fonts.push(font);
                self.fonts.len() - 1
            }
        };
        if let Some(id) = id {
            self.known.insert(id, place);
        }
        Some(place)
    }

    /// Whether more of this colour space's number is more ink, not more light.
    fn is_separation(&self, resources: Option<&Dictionary>, name: &[u8]) -> bool {
        resources
            .and_then(|it| dictionary(self.document, it, b"ColorSpace"))
            .and_then(|it| it.get(name).ok())
            .and_then(|it| resolved(self.document, it).as_array().ok()?.first())
            .and_then(|it| it.as_name().ok())
            .is_some_and(|kind| matches!(kind, b"Separation" | b"DeviceN"))
    }

    fn show(&mut self, text: Option<&Operand>, painter: &mut Painter, page: &mut Page) {
        let Some(Operand::Text(bytes)) = text else { return };
        let Some(place) = painter.state.font else { return };
        let font = &mut self.fonts[place];
        let mut rest = bytes.as_slice();
        font.face.used |= !rest.is_empty() && painter.state.mode != 3;
        while let Some(shown) = font.decode(rest) {
            rest = &rest[shown.bytes..];
            let state = &painter.state;
            let view = Matrix([state.size * state.stretch, 0.0, 0.0, state.size, 0.0, state.rise])
                .then(painter.text)
                .then(state.matrix);
            let (x, y) = view.apply((0.0, 0.0));
            if state.mode == 3 || state.mode == 7 {
                page.unseen += 1;
            } else if [x, y, view.height(), view.width()].iter().all(|it| it.is_finite()) {
                let colour = if state.mode == 1 { state.stroke } else { state.fill };
                let turn = Turn::of(view.0[0], view.0[1]);
                let advance = shown.width * view.width();
                let count = shown.text.chars().count().max(1);
                let marks = shown.text.chars().chain(shown.text.is_empty().then_some('\u{FFFD}'));
                for (at, mark) in marks.enumerate() {
                    let (x, y) = view.apply((shown.width * at as f64 / count as f64, 0.0));
                    let advance = advance / count as f64;
                    let (face, missing) = (place, shown.missing);
                    let size = view.height();
                    page.glyphs.push(Glyph {
                        mark,
                        x,
                        y,
                        advance,
                        size,
                        face,
                        colour,
                        turn,
                        missing,
                    });
                    self.marks += 1;
                }
            }
            let mut by = shown.width * state.size + state.character_spacing;
            if shown.bytes == 1 && shown.code == 32 {
                by += state.word_spacing;
            }
            let by = if font.vertical {
                (0.0, -state.size - state.character_spacing)
            } else {
                (by * state.stretch, 0.0)
            };
            painter.text = Matrix::shift(by.0, by.1).then(painter.text);
        }
    }
}

fn plain(stream: &Stream) -> Vec<u8> {
    stream.get_plain_content_with_limit(LIMIT).unwrap_or_default()
}
