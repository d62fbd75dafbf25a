//! A cursor over a header's text, for the two parsers. Knows the tokens of both grammars and nothing more.

/// What is left of a header's text.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.0
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn skip_spaces(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    /// Steps over `wanted`, if it is next.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Reads a name: letters, digits, `-`, `_`, `.`, `*`. None if there is none.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        self.run(|byte| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte))
    }

    /// Reads the key of a structured field (RFC 9651 section 3.1.2): a name in lower case that begins with a letter or
    /// `*`. None if there is none.
    pub(super) fn key(&mut self) -> Option<&'a str> {
        let begins = self.0.starts_with(|first: char| first.is_ascii_lowercase() || first == '*');
        let belongs =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.*".contains(&byte);
        if begins { self.run(belongs) } else { None }
    }

    /// Reads a token of a structured field, as far as it is a [`Scanner::name`]. None if there is none.
    pub(super) fn token(&mut self) -> Option<&'a str> {
        let begins = self.0.starts_with(|first: char| first.is_ascii_alphabetic() || first == '*');
        if begins { self.name() } else { None }
    }

    /// Reads a number of at most 15 digits, with a sign. None, and nothing is read, if there is none.
    pub(super) fn integer(&mut self) -> Option<i64> {
        let mut ahead = *self;
        let negative = ahead.take('-');
        let digits = ahead.run(|byte| byte.is_ascii_digit()).filter(|digits| digits.len() <= 15)?;
        let number: i64 = digits.parse().ok()?;
        *self = ahead;
        Some(if negative { -number } else { number })
    }

    /// Reads `"text"`. Escapes are refused: nothing that we need contains a quote or backslash.
    pub(super) fn quoted(&mut self) -> Option<&'a str> {
        let inner = self.0.strip_prefix('"')?;
        let (text, rest) = inner.split_once('"')?;
        if text.contains('\\') || !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return None;
        }
        self.0 = rest;
        Some(text)
    }

    /// Reads `:base64:`.
    pub(super) fn bytes(&mut self) -> Option<&'a str> {
        let inner = self.0.strip_prefix(':')?;
        let (text, rest) = inner.split_once(':')?;
        self.0 = rest;
        Some(text)
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> Option<&'a str> {
        let end = self.0.bytes().position(|byte| !belongs(byte)).unwrap_or(self.0.len());
        // All of `belongs` is ASCII, so `end` is a boundary.
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        (!run.is_empty()).then_some(run)
    }
}
