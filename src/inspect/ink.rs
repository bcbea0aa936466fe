//! What stands on a page once its content has been carried out: glyphs and straight rules.

use super::place::Turn;

/// A colour, as far as the standard tells colours apart (5.2.4, 7.2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour(pub(super) [f64; 3]);

impl Colour {
    pub(super) const BLACK: Self = Self([0.0; 3]);

    pub(super) fn of_cmyk([cyan, magenta, yellow, black]: [f64; 4]) -> Self {
        Self([cyan, magenta, yellow].map(|ink| 1.0 - (ink + black).clamp(0.0, 1.0)))
    }

    /// Near enough to black that an office printer uses black toner.
    pub(super) fn is_black(self) -> bool {
        self.0.iter().all(|part| *part <= 0.15)
    }

    /// Y 80 % M 80 % (6.2), or what screens show for it.
    pub(super) fn is_red(self) -> bool {
        let [red, green, blue] = self.0;
        red >= 0.6 && green <= 0.4 && blue <= 0.4
    }
}

/// A character where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// U+FFFD if the file does not tell.
    pub(super) mark: char,
    /// The origin: left end of the baseline, in points from the left and the top of the page.
    pub(super) x: f64,
    pub(super) y: f64,
    /// How far the glyph itself reaches along the line, in points.
    pub(super) advance: f64,
    /// The size of type in points, with every enlargement.
    pub(super) size: f64,
    /// Its place in the list of faces.
    pub(super) face: usize,
    pub(super) colour: Colour,
    pub(super) turn: Turn,
    /// Drawn with glyph 0.
    pub(super) missing: bool,
}

/// A straight rule, level or plumb; the middle of its ink.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
    pub(super) thickness: f64,
    pub(super) colour: Colour,
}

impl Rule {
    pub(super) fn is_level(&self) -> bool {
        (self.to.0 - self.from.0).abs() >= (self.to.1 - self.from.1).abs()
    }

    pub(super) fn length(&self) -> f64 {
        (self.to.0 - self.from.0).hypot(self.to.1 - self.from.1)
    }

    pub(super) fn left(&self) -> f64 {
        self.from.0.min(self.to.0)
    }

    pub(super) fn right(&self) -> f64 {
        self.from.0.max(self.to.0)
    }

    pub(super) fn top(&self) -> f64 {
        self.from.1.min(self.to.1)
    }

    pub(super) fn bottom(&self) -> f64 {
        self.from.1.max(self.to.1)
    }
}

/// A page, seen with its text upright.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    /// As the viewer shows it, in points.
    pub(super) width: f64,
    pub(super) height: f64,
    /// How its text stands on the page that the viewer shows.
    pub(super) turn: Turn,
    pub(super) glyphs: Vec<Glyph>,
    pub(super) rules: Vec<Rule>,
    /// How many pictures it shows.
    pub(super) pictures: usize,
    /// Text that is there to be searched but not seen, as under a scan.
    pub(super) unseen: usize,
    /// Of a page that lies: what is read with the sheet held upright, such as its number (clause 8).
    pub(super) aside: Aside,
}

/// Text of a lying page that runs as on an upright one.
#[derive(Debug, Clone, Default)]
pub(super) struct Aside {
    /// Places are those on the sheet held upright.
    pub(super) glyphs: Vec<Glyph>,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Whether the head of the lying text is then at the left, as on pages bound there.
    pub(super) head_at_left: bool,
}

impl Page {
    /// Whether the sheet stands across when its text is read.
    pub(super) fn lies(&self) -> bool {
        self.width > self.height
    }

    /// Turns everything so that most of the text is upright.
    pub(super) fn set_upright(&mut self) {
        let mut counts = [0_usize; 4];
        for glyph in &self.glyphs {
            counts[glyph.turn as usize] += 1;
        }
        let most = [Turn::Upright, Turn::Left, Turn::Over, Turn::Right]
            .into_iter()
            .max_by_key(|turn| (counts[*turn as usize], *turn == Turn::Upright))
            .unwrap_or_default();
        self.turn = most;
        let size = (self.width, self.height);
        if matches!(most, Turn::Left | Turn::Right) {
            (self.width, self.height) = (size.1, size.0);
        }
        if self.lies() {
            self.aside = self.aside_of(&counts, size);
        }
        // What runs otherwise is no line of this page's text.
        self.glyphs.retain(|glyph| glyph.turn == most);
        if most == Turn::Upright {
            return;
        }
        for glyph in &mut self.glyphs {
            (glyph.x, glyph.y) = most.upright((glyph.x, glyph.y), size);
        }
        for rule in &mut self.rules {
            rule.from = most.upright(rule.from, size);
            rule.to = most.upright(rule.to, size);
        }
    }

    /// What runs across the lying text, seen upright; of the two ways the one in which more runs.
    fn aside_of(&self, counts: &[usize; 4], size: (f64, f64)) -> Aside {
        let [left, right] = [self.turn.next(), self.turn.next().next().next()];
        let turn = if counts[left as usize] > counts[right as usize] { left } else { right };
        let glyphs = self.glyphs.iter().filter(|glyph| glyph.turn == turn);
        let glyphs = glyphs.map(|glyph| {
            let (x, y) = turn.upright((glyph.x, glyph.y), size);
            Glyph { x, y, ..*glyph }
        });
        Aside {
            glyphs: glyphs.collect(),
            width: self.height,
            height: self.width,
            head_at_left: turn == right,
        }
    }
}
