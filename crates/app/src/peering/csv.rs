//! Block lists as files: CSV in Mastodon's columns.
//!
//! `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate`, as Mastodon 4 exports it; with or without
//! the `#`, in any order, and without a header in this one. Only the domain is needed: a line with nothing else suspends,
//! as it does at Mastodon. `private_comment`, as some tools write it, is read too; what is in other columns is not.

use std::collections::HashMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim, Writer};
use guildhall_domain::{
    peering::{
        PeeringAction,
        block_list::{Offer, Severity},
    },
    text,
};
use guildhall_store::peering::ListedHost;

use super::{InvalidHost, parse_host};

/// The most hosts of one file: as many as Mastodon reads.
pub const MAX_LINES: usize = 20_000;
/// The longest comment, in characters; longer ones are cut.
const MAX_COMMENT: usize = 1_000;
/// How many faults are told at once.
const TOLD: usize = 5;

const HEADER: [&str; 6] =
    ["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"];

/// A host of a file, with the line that names it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvLine {
    /// The line, counted from 1.
    pub line: u64,
    /// What it says.
    pub offer: Offer,
    /// What is not for everybody.
    pub private_comment: Option<String>,
}

/// Why a file cannot be taken: each line that is wrong, with what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvError(Vec<(u64, String)>);

impl CsvError {
    /// One line that is wrong.
    pub(super) fn of(faults: Vec<(u64, String)>) -> Self {
        Self(faults)
    }

    /// Each line that is wrong, with what is.
    pub fn faults(&self) -> &[(u64, String)] {
        &self.0
    }
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (line, fault)) in self.0.iter().take(TOLD).enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}line {line}: {fault}")?;
        }
        match self.0.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, "; and {more} more lines that cannot be read"),
        }
    }
}

impl std::error::Error for CsvError {}

/// Reads a file whole; of two lines about one host what is stricter counts.
///
/// # Errors
/// [`CsvError`] with every line that is wrong; an empty file, without so much as a header, is wrong too.
pub fn read(text: &str) -> Result<Vec<CsvLine>, CsvError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let (mut lines, mut faults) = (Lines::default(), Vec::new());
    let mut columns = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => return Err(unreadable(&error)),
        };
        let number = record.position().map_or(0, csv::Position::line);
        let Some(known) = &columns else {
            let (found, is_header) = Columns::of(&record);
            if !is_header && let Err(fault) = lines.add(number, &record, &found) {
                faults.push((number, fault));
            }
            columns = Some(found);
            continue;
        };
        if let Err(fault) = lines.add(number, &record, known) {
            faults.push((number, fault));
        }
    }
    if columns.is_none() {
        faults
            .push((1, "the file is empty; at least a header such as #domain,#severity is wanted".to_owned()));
    }
    if faults.is_empty() { Ok(lines.found) } else { Err(CsvError(faults)) }
}

fn unreadable(error: &csv::Error) -> CsvError {
    let line = error.position().map_or(0, csv::Position::line);
    CsvError(vec![(
        line,
        "this is no CSV; save the file with commas and quotes as Mastodon exports it".to_owned(),
    )])
}

#[derive(Default)]
struct Lines {
    found: Vec<CsvLine>,
    by_host: HashMap<String, usize>,
}

impl Lines {
    fn add(&mut self, line: u64, record: &StringRecord, columns: &Columns) -> Result<(), String> {
        let read = columns.read(line, record)?;
        if let Some(known) = self.by_host.get(&read.offer.host).and_then(|at| self.found.get_mut(*at)) {
            known.offer.merge(read.offer);
            return Ok(());
        }
        if self.found.len() == MAX_LINES {
            return Err(format!("one file has at most {MAX_LINES} hosts; split it"));
        }
        self.by_host.insert(read.offer.host.clone(), self.found.len());
        self.found.push(read);
        Ok(())
    }
}

/// Which column says what.
struct Columns {
    domain: usize,
    severity: Option<usize>,
    reject_media: Option<usize>,
    public_comment: Option<usize>,
    private_comment: Option<usize>,
}

impl Columns {
    /// In Mastodon's order.
    const USUAL: Self = Self {
        domain: 0,
        severity: Some(1),
        reject_media: Some(2),
        public_comment: Some(4),
        private_comment: None,
    };

    /// Those of a header, or the usual ones where the first line is none.
    fn of(first: &StringRecord) -> (Self, bool) {
        let at = |name: &str| {
            first.iter().position(|cell| cell.trim_start_matches('#').eq_ignore_ascii_case(name))
        };
        let Some(domain) = at("domain") else { return (Self::USUAL, false) };
        let columns = Self {
            domain,
            severity: at("severity"),
            reject_media: at("reject_media"),
            public_comment: at("public_comment"),
            private_comment: at("private_comment"),
        };
        (columns, true)
    }

    fn read(&self, line: u64, record: &StringRecord) -> Result<CsvLine, String> {
        let cell = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).filter(|cell| !cell.is_empty())
        };
        let comment = |column| {
            cell(column)
                .map(|cell| text::shorten(&text::clean_line(cell), MAX_COMMENT))
                .filter(|text| !text.is_empty())
        };
        let offer = Offer {
            host: host(cell(Some(self.domain)).unwrap_or_default())?,
            severity: cell(self.severity).map_or(Ok(Severity::Suspend), severity)?,
            reject_media: cell(self.reject_media).map_or(Ok(false), flag)?,
            public_comment: comment(self.public_comment),
        };
        Ok(CsvLine { line, offer, private_comment: comment(self.private_comment) })
    }
}

fn host(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("the domain is missing".to_owned());
    }
    let host = parse_host(text).map_err(|invalid| match invalid {
        InvalidHost::Obfuscated(_) => format!("{invalid}; leave this line out, or ask for the whole name"),
        other => other.to_string(),
    })?;
    // A slip of one line would take a whole country away.
    if host.contains(['.', '[']) {
        Ok(host)
    } else {
        Err(format!("{host:?} is a whole top-level domain, which no file decides about"))
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    text.to_ascii_lowercase()
        .parse()
        .map_err(|_| format!("the severity is noop, silence or suspend, and not {text:?}"))
}

fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" => Ok(true),
        "false" | "f" | "0" | "no" => Ok(false),
        _ => Err(format!("reject_media is true or false, and not {text:?}")),
    }
}

/// Writes a list as a file, by host. What is allowed has no place in it, nor when something ends.
pub fn write(mut listed: Vec<ListedHost>) -> String {
    listed.sort_by(|one, other| (&one.entry.host, one.list).cmp(&(&other.entry.host, other.list)));
    let mut lines = Writer::from_writer(Vec::new());
    // Into memory: nothing can fail.
    let _ = lines.write_record(HEADER);
    for about_one in listed.chunk_by(|one, other| one.entry.host == other.entry.host) {
        let Some(offer) = offer_of(about_one) else { continue };
        let flag = |is_set| if is_set { "true" } else { "false" };
        let _ = lines.write_record([
            offer.host.as_str(),
            offer.severity.as_str(),
            flag(offer.reject_media),
            // Nothing is taken from a host that is blocked.
            flag(offer.severity == Severity::Suspend),
            offer.public_comment.as_deref().unwrap_or_default(),
            flag(false),
        ]);
    }
    lines.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What is in force about one host: what was decided here outranks what block lists want.
fn offer_of(about_one: &[ListedHost]) -> Option<Offer> {
    let decides =
        |listed: &&ListedHost| listed.list.is_none() && listed.entry.action != PeeringAction::MuteMedia;
    let counting = match about_one.iter().find(decides) {
        Some(made_here) => std::slice::from_ref(made_here),
        None => about_one,
    };
    counting.iter().filter_map(one_offer).reduce(|mut one, other| {
        one.merge(other);
        one
    })
}

fn one_offer(listed: &ListedHost) -> Option<Offer> {
    let severity = match listed.entry.action {
        PeeringAction::Block => Severity::Suspend,
        PeeringAction::Limit => Severity::Silence,
        PeeringAction::MuteMedia => Severity::Noop,
        PeeringAction::Allow => return None,
    };
    Some(Offer {
        host: listed.entry.host.clone(),
        severity,
        reject_media: listed.entry.mute_media,
        public_comment: listed.public_comment.clone(),
    })
}

#[cfg(test)]
mod tests {
    use guildhall_domain::{BlockListId, Timestamp};

    use super::*;

    fn offers(text: &str) -> Vec<(String, &'static str, bool, Option<String>)> {
        let lines = read(text).unwrap();
        let short = |line: CsvLine| {
            (
                line.offer.host,
                line.offer.severity.as_str(),
                line.offer.reject_media,
                line.offer.public_comment,
            )
        };
        lines.into_iter().map(short).collect()
    }

    fn faults(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn what_mastodon_exports_is_read() {
        let text = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
                    bad.domain,silence,false,false,bad,false\n\
                    Worse.Domain,suspend,true,true,\"worse, \"\"really\"\"\",true\n\
                    reject.media,noop,true,false,,false\n";
        let expected = vec![
            ("bad.domain".to_owned(), "silence", false, Some("bad".to_owned())),
            ("worse.domain".to_owned(), "suspend", true, Some("worse, \"really\"".to_owned())),
            ("reject.media".to_owned(), "noop", true, None),
        ];
        assert_eq!(offers(text), expected);
        let plain = text.replace('#', "").replace('\n', "\r\n");
        assert_eq!(
            offers(&format!("\u{feff}{plain}")),
            expected,
            "without the number signs, as Windows writes it"
        );
    }

    #[test]
    fn columns_are_found_by_their_names_and_most_may_be_missing() {
        assert_eq!(
            offers("severity,domain,private_comment\nsilence,a.example,secret\n"),
            [("a.example".to_owned(), "silence", false, None)]
        );
        let lines = read("severity,domain,private_comment\nsilence,a.example,secret\n").unwrap();
        assert_eq!((lines[0].line, lines[0].private_comment.as_deref()), (2, Some("secret")));
        assert_eq!(offers("#domain\na.example\n"), [("a.example".to_owned(), "suspend", false, None)]);
        let bare = offers("a.example\nb.example,silence,1,0,why,0\n");
        assert_eq!(bare[0], ("a.example".to_owned(), "suspend", false, None));
        assert_eq!(bare[1], ("b.example".to_owned(), "silence", true, Some("why".to_owned())));
        assert_eq!(offers("#domain,#severity\n"), [], "a list may be empty");
    }

    #[test]
    fn every_wrong_line_is_named_with_what_is_wrong() {
        let text = "#domain,#severity,#reject_media\n\
                    good.example,silence,false\n\
                    b*d.example,suspend,false\n\
                    *.worse.example,suspend,false\n\
                    https://bad.example/about,suspend,false\n\
                    bad.example,gone,false\n\
                    bad.example,silence,maybe\n\
                    ,silence,false\n\
                    com,suspend,false\n";
        let error = read(text).unwrap_err();
        let lines: Vec<u64> = error.faults().iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9]);
        let said = error.to_string();
        assert!(said.starts_with("line 3: \"b*d.example\" is obfuscated"), "{said}");
        assert!(said.contains("line 4: \"worse.example\" covers its subdomains by itself"), "{said}");
        assert!(
            said.contains("line 6: the severity is noop, silence or suspend, and not \"gone\""),
            "{said}"
        );
        assert!(said.ends_with("; and 2 more lines that cannot be read"), "{said}");
        assert!(faults("").contains("the file is empty"));
        assert!(faults("<!DOCTYPE html>\n").starts_with("line 1: "));
    }

    #[test]
    fn of_two_lines_about_one_host_the_stricter_counts() {
        let text = "domain,severity,reject_media\na.example,silence,true\nA.example.,suspend,false\n";
        assert_eq!(offers(text), [("a.example".to_owned(), "suspend", true, None)]);
    }

    #[test]
    fn no_file_has_more_hosts_than_are_read() {
        use std::fmt::Write as _;
        let mut text = String::from("domain\n");
        for number in 0..=MAX_LINES {
            let _ = writeln!(text, "h{number}.example");
        }
        assert_eq!(faults(&text), "line 20002: one file has at most 20000 hosts; split it");
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let entry = |host: &str, action, list: Option<i64>| ListedHost {
            list: list.map(BlockListId),
            ..ListedHost::new(None, host, action, Timestamp(1))
        };
        let commented = ListedHost {
            public_comment: Some("spam, \"lots\"".to_owned()),
            private_comment: Some("ask Ada".to_owned()),
            ..entry("b.example", PeeringAction::Block, None)
        };
        let text = write(vec![
            commented,
            entry("d.example", PeeringAction::MuteMedia, None),
            entry("c.example", PeeringAction::Limit, None),
            entry("c.example", PeeringAction::Block, Some(7)),
            entry("a.example", PeeringAction::Allow, None),
            entry("a.example", PeeringAction::Block, Some(7)),
            entry("e.example", PeeringAction::Limit, Some(7)),
            entry("e.example", PeeringAction::Block, Some(8)),
        ]);
        let expected = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
                        b.example,suspend,false,true,\"spam, \"\"lots\"\"\",false\n\
                        c.example,silence,false,false,,false\n\
                        d.example,noop,true,false,,false\n\
                        e.example,suspend,false,true,,false\n";
        assert_eq!(text, expected);
        assert_eq!(offers(&text).len(), 4);
    }
}
