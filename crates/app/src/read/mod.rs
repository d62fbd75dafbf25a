//! Read models: what adapters show. Every entry that leaves here has passed [`guildhall_domain::visibility`].

pub mod access;
pub mod appeals;
pub mod cases;
pub mod copies;
pub mod decisions;
pub mod entries;
pub mod groups;
pub mod invitations;
pub mod log;
pub mod membership;
pub(crate) mod names;
pub mod notices;
pub mod page;
pub mod people;
pub mod period;
pub(crate) mod place;
pub mod queue;
pub mod reports;
pub mod requests;
pub mod thread;
pub mod transparency;
pub mod voters;

pub(crate) use access::is_invited;
pub use access::{Access, ActAccess, Answer};
pub use appeals::{AppealView, AppealsError};
pub use cases::{
    CaseFilter, CaseLane, CaseLine, CaseView, CasesError, EvidenceView, NoteView, Past, PersonFile,
};
pub use copies::{CopiesError, CopiesView};
pub use decisions::{DecisionView, DecisionsError};
pub use entries::{EntryView, PersonRef};
pub use groups::{GroupRef, GroupView, RuleView};
pub use invitations::{InvitationPage, InvitationView};
pub use log::{LogEntry, LogError, LogFilter, LogLine, LogWanted, Whose};
pub use membership::{Belonging, MembershipView};
pub use notices::{AppealState, NoticeView};
pub use page::{Cursor, InvalidCursor, Page, PageRequest};
pub use people::PersonView;
pub use period::{Period, PeriodError};
pub use place::{is_blocked, may_read};
pub use queue::QueueItemView;
pub use reports::{ReportView, ReportsError};
pub use requests::{RequestView, VouchHistory, VouchView};
pub use thread::{CommentView, ThreadView};
pub use transparency::{TransparencyError, TransparencyView};
pub use voters::{VotePatternView, VoterView, VotersError};
