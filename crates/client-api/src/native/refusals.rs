//! What use cases refuse, as problems: each refusal of a rule keeps its fixed name as `code`.

use axum::http::StatusCode;
use guildhall_app::{
    appeal::{AppealError, DecideError},
    block_list::BlockListError,
    case::{CaseError, ReportError, SetTextsError},
    entry::{DeleteError, EditError, OnceError, SubmitError, VoteError},
    group::{ChangeGroupError, CreateGroupError, JoinError, ModerationError, TrustError},
    notice::NoticeError,
    partner::PartnerError,
    peering::PeeringError,
    port::ResolveError,
    queue::QueueError,
    read::{
        AppealsError, CasesError, CopiesError, DecisionsError, LogError, ReportsError, TransparencyError,
        VotersError,
    },
    rulebook::RulebookError,
    staff::StaffError,
    welcome::{InviteError, QuestionsError, VouchError},
};
use guildhall_domain::{
    admission::Refusal,
    content::{DeleteRefusal, EditRefusal, InvalidEntry, VoteRefusal},
    group::InvalidSettings,
    staff::{AppointRefusal, NotPermitted},
    welcome::VouchRefusal,
};

use super::{json::Question, problem::Problem};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::forbidden(refusal.as_str(), refusal.explanation())
    }
}

impl From<NotPermitted> for Problem {
    fn from(refusal: NotPermitted) -> Self {
        Self::forbidden(refusal.code(), refusal.to_string())
    }
}

impl From<InvalidSettings> for Problem {
    fn from(invalid: InvalidSettings) -> Self {
        let field = match invalid {
            InvalidSettings::Title => "title",
            InvalidSettings::Description => "description",
            InvalidSettings::Rules => "rules",
            InvalidSettings::Language => "language",
            InvalidSettings::AppealDays => "appeal_days",
        };
        Self::invalid(field, invalid.to_string())
    }
}

impl From<InvalidEntry> for Problem {
    fn from(invalid: InvalidEntry) -> Self {
        let field = match invalid {
            InvalidEntry::Title => "title",
            InvalidEntry::TooLong | InvalidEntry::Empty => "content",
        };
        Self::invalid(field, invalid.to_string())
    }
}

impl From<CreateGroupError> for Problem {
    fn from(error: CreateGroupError) -> Self {
        match error {
            CreateGroupError::Name(invalid) => Self::invalid("name", invalid.to_string()),
            CreateGroupError::NameTaken => {
                Self::conflict("name-taken", "a group or a person here has this name").about("name")
            }
            CreateGroupError::Settings(invalid) => invalid.into(),
            CreateGroupError::Quota(refusal) => Self::forbidden(refusal.code(), refusal.to_string()),
            CreateGroupError::Store(source) => Self::internal(source),
        }
    }
}

impl From<ChangeGroupError> for Problem {
    fn from(error: ChangeGroupError) -> Self {
        match error {
            ChangeGroupError::NoSuchGroup => Self::not_found("group hosted here"),
            ChangeGroupError::NotPermitted(refusal) => refusal.into(),
            ChangeGroupError::Settings(invalid) => invalid.into(),
            ChangeGroupError::Vouches => Self::invalid("vouches_needed", error.to_string()),
            ChangeGroupError::Store(source) => Self::internal(source),
        }
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::NoSuchGroup => Self::not_found("group"),
            JoinError::Refused(refusal) => Self::forbidden(refusal.code(), refusal.to_string()),
            JoinError::AnswersNeeded(ref questions) => {
                let questions = questions.iter().map(Question::from).collect();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "answers-needed", error.to_string())
                    .about("answers")
                    .asking(questions)
            }
            JoinError::Answers(invalid) => Self::invalid("answers", invalid.to_string()),
            JoinError::Invitation(void) => Self::forbidden(void.code(), void.to_string()).about("invitation"),
            JoinError::NoDealings(reason) => Self::forbidden(reason.code(), reason.to_string()),
            JoinError::Store(source) => Self::internal(source),
        }
    }
}

impl From<QuestionsError> for Problem {
    fn from(error: QuestionsError) -> Self {
        match error {
            QuestionsError::NoSuchGroup => Self::not_found("group hosted here"),
            QuestionsError::NotPermitted(refusal) => refusal.into(),
            QuestionsError::Invalid(invalid) => Self::invalid("questions", invalid.to_string()),
            QuestionsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<InviteError> for Problem {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::NoSuchGroup => Self::not_found("group hosted here"),
            InviteError::NoSuchInvitation => Self::not_found("invitation to this group"),
            InviteError::Refused(refusal) => Self::forbidden(refusal.code(), refusal.to_string()),
            InviteError::Uses => Self::invalid("uses", error.to_string()),
            InviteError::Until => Self::invalid("until", error.to_string()),
            InviteError::LocalOnly => Self::forbidden("local-only", error.to_string()).about("for"),
            InviteError::NotSomebody => Self::invalid("for", error.to_string()),
            InviteError::Store(source) => Self::internal(source),
        }
    }
}

impl From<VouchError> for Problem {
    fn from(error: VouchError) -> Self {
        match error {
            VouchError::NoSuchGroup => Self::not_found("group hosted here"),
            VouchError::Refused(refusal @ VouchRefusal::NotWaiting) => {
                Self::conflict(refusal.code(), refusal.to_string())
            }
            VouchError::Refused(refusal) => Self::forbidden(refusal.code(), refusal.to_string()),
            VouchError::Store(source) => Self::internal(source),
        }
    }
}

impl From<AppointRefusal> for Problem {
    fn from(refusal: AppointRefusal) -> Self {
        match refusal {
            AppointRefusal::NotPermitted(refusal) => refusal.into(),
            AppointRefusal::OwnersHaveAll => Self::conflict(refusal.code(), refusal.to_string()),
            AppointRefusal::OnlyOwners | AppointRefusal::NotTheirs(_) => {
                Self::forbidden(refusal.code(), refusal.to_string())
            }
        }
    }
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::NotFound => Self::not_found("group"),
            StaffError::NotSomebody => Self::invalid("handle", error.to_string()),
            StaffError::NotOnStaff => Self::conflict("not-on-staff", error.to_string()),
            StaffError::Elsewhere => Self::forbidden("group-elsewhere", error.to_string()),
            StaffError::Refused(refusal) => refusal.into(),
            StaffError::Store(source) => Self::internal(source),
        }
    }
}

impl From<ModerationError> for Problem {
    fn from(error: ModerationError) -> Self {
        match error {
            ModerationError::NotFound => Self::not_found("thing to moderate"),
            ModerationError::NotPermitted(refusal) => refusal.into(),
            ModerationError::Store(source) => Self::internal(source),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::NotFound => Self::not_found("item in this queue"),
            QueueError::AlreadyDecided => Self::conflict("already-decided", "this was decided already"),
            QueueError::NotPermitted(refusal) => refusal.into(),
            QueueError::Store(source) => Self::internal(source),
        }
    }
}

impl From<DecisionsError> for Problem {
    fn from(error: DecisionsError) -> Self {
        match error {
            DecisionsError::NotFound => Self::not_found("post or comment"),
            DecisionsError::NotPermitted(refusal) => refusal.into(),
            DecisionsError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            DecisionsError::NotConcerned => Self::forbidden("not-concerned", error.to_string()),
            DecisionsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NotReader => Self::forbidden("not-reader", error.to_string()),
            LogError::Unreadable { field, wanted } => {
                Self::unreadable("invalid-parameter", wanted).about(field)
            }
            LogError::Store(source) => Self::internal(source),
        }
    }
}

impl From<CopiesError> for Problem {
    fn from(error: CopiesError) -> Self {
        match error {
            CopiesError::MembersOnly => Self::forbidden("members-only", error.to_string()),
            CopiesError::Store(source) => Self::internal(source),
        }
    }
}

impl From<TransparencyError> for Problem {
    fn from(error: TransparencyError) -> Self {
        match error {
            TransparencyError::NotReader => Self::forbidden("not-reader", error.to_string()),
            TransparencyError::Elsewhere => Self::conflict("group-elsewhere", error.to_string()),
            TransparencyError::Store(source) => Self::internal(source),
        }
    }
}

impl From<VotersError> for Problem {
    fn from(error: VotersError) -> Self {
        match error {
            VotersError::Counted => Self::forbidden("votes-counted", error.to_string()),
            VotersError::MembersOnly => Self::forbidden("members-only", error.to_string()),
            VotersError::NotPermitted(refusal) => refusal.into(),
            VotersError::NoAuthor => Self::not_found("author"),
            VotersError::Store(source) => Self::internal(source),
        }
    }
}

impl From<RulebookError> for Problem {
    fn from(error: RulebookError) -> Self {
        match error {
            RulebookError::NoSuchGroup => Self::not_found("group hosted here"),
            RulebookError::NotPermitted(refusal) => refusal.into(),
            RulebookError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            RulebookError::Invalid(invalid) => Self::invalid(&invalid.at, &invalid.problem),
            RulebookError::Stale { .. } => {
                Self::conflict("stale-revision", error.to_string()).about("revision")
            }
            RulebookError::NoSuchRule(_) => {
                Self::new(StatusCode::NOT_FOUND, "no-such-rule", error.to_string())
            }
            RulebookError::Store(source) => Self::internal(source),
        }
    }
}

impl From<TrustError> for Problem {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::NotGivable => Self::invalid("level", error.to_string()),
            TrustError::NoReason => Self::invalid("reason", error.to_string()),
            TrustError::NothingGiven => Self::conflict("nothing-given", error.to_string()),
            TrustError::IsModerator => Self::conflict("is-moderator", error.to_string()),
            TrustError::Appointment(refusal) => refusal.into(),
            TrustError::Moderation(error) => error.into(),
        }
    }
}

impl From<ReportsError> for Problem {
    fn from(error: ReportsError) -> Self {
        match error {
            ReportsError::NotPermitted(refusal) => refusal.into(),
            ReportsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<PeeringError> for Problem {
    fn from(error: PeeringError) -> Self {
        match error {
            PeeringError::Host(invalid) => Self::invalid("host", invalid.to_string()),
            PeeringError::OwnHost(_) => Self::invalid("host", error.to_string()),
            PeeringError::Over => Self::invalid("until", error.to_string()),
            PeeringError::TooLong(what) => {
                let field = match what {
                    "the public comment" => "public_comment",
                    "the private comment" => "private_comment",
                    _ => "reason",
                };
                Self::invalid(field, error.to_string())
            }
            PeeringError::Csv(error) => Self::invalid("csv", error.to_string()),
            PeeringError::OnBlockList { .. } => Self::conflict("on-block-list", error.to_string()),
            PeeringError::NoSuchGroup => Self::not_found("group"),
            PeeringError::NotPermitted(refusal) => refusal.into(),
            PeeringError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            PeeringError::Store(source) => Self::internal(source),
        }
    }
}

impl From<PartnerError> for Problem {
    fn from(error: PartnerError) -> Self {
        match error {
            PartnerError::NoSuchGroup => Self::not_found("group"),
            PartnerError::Partner(error) => error.into(),
            PartnerError::Itself => Self::invalid("partner", error.to_string()),
            PartnerError::NotPublic => Self::conflict("not-public", error.to_string()).about("partner"),
            PartnerError::HostBlocked => Self::conflict("host-blocked", error.to_string()).about("partner"),
            PartnerError::NoDealings(reason) => Self::conflict(reason.code(), reason.to_string()),
            PartnerError::TooMany => Self::conflict("too-many", error.to_string()),
            PartnerError::TooLong("the public comment") => Self::invalid("public_comment", error.to_string()),
            PartnerError::TooLong(_) => Self::invalid("reason", error.to_string()),
            PartnerError::NotPermitted(refusal) => refusal.into(),
            PartnerError::NoSuchMirror => Self::new(StatusCode::NOT_FOUND, "no-mirror", error.to_string()),
            PartnerError::Store(source) => Self::internal(source),
        }
    }
}

impl From<AppealsError> for Problem {
    fn from(error: AppealsError) -> Self {
        match error {
            AppealsError::NotPermitted(refusal) => refusal.into(),
            AppealsError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            AppealsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<CasesError> for Problem {
    fn from(error: CasesError) -> Self {
        match error {
            CasesError::NotPermitted(refusal) => refusal.into(),
            CasesError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            CasesError::Store(source) => Self::internal(source),
        }
    }
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::NotFound => Self::not_found("notice"),
            NoticeError::Store(source) => Self::internal(source),
        }
    }
}

impl From<BlockListError> for Problem {
    fn from(error: BlockListError) -> Self {
        match error {
            BlockListError::NotFound => Self::not_found("subscription"),
            BlockListError::Known => Self::conflict("known", error.to_string()).about("url"),
            BlockListError::Url => Self::invalid("url", error.to_string()),
            BlockListError::Interval => Self::invalid("interval_seconds", error.to_string()),
            BlockListError::TooManyExceptions => Self::invalid("exceptions", error.to_string()),
            BlockListError::Host(invalid) => Self::invalid("exceptions", invalid.to_string()),
            BlockListError::Fetch(ResolveError::Store(source)) => Self::internal(source),
            // Whoever subscribes runs this server, and needs the reason.
            BlockListError::Fetch(_) => {
                Self::new(StatusCode::BAD_GATEWAY, "list-unreachable", error.to_string()).about("url")
            }
            BlockListError::Csv(_) => {
                Self::new(StatusCode::BAD_GATEWAY, "list-unreadable", error.to_string()).about("url")
            }
            BlockListError::Outdated => Self::conflict("outdated", error.to_string()).about("revision"),
            BlockListError::NoSuchChange(_) => Self::invalid("hosts", error.to_string()),
            BlockListError::NotAdmin => Self::forbidden("not-admin", error.to_string()),
            BlockListError::Store(source) => Self::internal(source),
        }
    }
}

impl From<AppealError> for Problem {
    fn from(error: AppealError) -> Self {
        match error {
            AppealError::NotFound => Self::not_found("decision"),
            AppealError::Empty => Self::invalid("text", error.to_string()),
            AppealError::Refused(refusal) => Self::conflict(refusal.code(), refusal.to_string()),
            AppealError::Store(source) => Self::internal(source),
        }
    }
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NotFound => Self::not_found("case"),
            CaseError::NotPermitted(refusal) => refusal.into(),
            CaseError::Closed => Self::conflict("case-closed", error.to_string()),
            CaseError::OpenElsewhere => Self::conflict("open-elsewhere", error.to_string()),
            CaseError::NotApplicable(said) => Self::conflict("not-applicable", said),
            CaseError::UnknownText(_) => Self::invalid("prepared", error.to_string()),
            CaseError::UnknownRule(_) => Self::invalid("rule_number", error.to_string()),
            CaseError::Refused(refusal) => DeleteError::Refused(refusal).into(),
            CaseError::NotMoved(refusal) => DeleteError::NotMoved(refusal).into(),
            CaseError::Store(source) => Self::internal(source),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Refused(refusal, said) => Self::forbidden(refusal.as_str(), said),
            ReportError::AboutNothing => {
                Self::invalid("entries", "name posts, comments, a person, a group or a host")
            }
            ReportError::Store(source) => Self::internal(source),
        }
    }
}

impl From<SetTextsError> for Problem {
    fn from(error: SetTextsError) -> Self {
        match error {
            SetTextsError::NotPermitted(refusal) => refusal.into(),
            SetTextsError::Invalid(invalid) => Self::invalid("texts", invalid.to_string()),
            SetTextsError::Store(source) => Self::internal(source),
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotFound => Self::not_found("appeal"),
            DecideError::AlreadyDecided => Self::conflict("already-decided", error.to_string()),
            DecideError::ReasonWanted => Self::invalid("reason", error.to_string()),
            DecideError::NoEnd | DecideError::Over => Self::invalid("until", error.to_string()),
            DecideError::NotSooner(refusal) => Self::conflict(refusal.code(), refusal.to_string()),
            DecideError::NotStanding => Self::conflict("not-standing", error.to_string()),
            DecideError::NotReversible(refusal) => Self::conflict(refusal.code(), refusal.to_string()),
            DecideError::Refused(refusal) => Self::forbidden(refusal.code(), refusal.to_string()),
            DecideError::Store(source) => Self::internal(source),
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NoSuchGroup => Self::not_found("group"),
            SubmitError::NoSuchParent => {
                Self::conflict("parent-not-open", "what this answers is not published, or no longer")
            }
            SubmitError::Known => Self::conflict("known", "this is known already"),
            SubmitError::NoDealings(reason) => Self::forbidden(reason.code(), reason.to_string()),
            SubmitError::Store(source) => Self::internal(source),
        }
    }
}

impl From<OnceError> for Problem {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::KeyReused => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", error.to_string())
                    .about("Idempotency-Key")
            }
            OnceError::Submit(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::NotFound => Self::not_found("post or comment"),
            EditError::Refused(refusal @ EditRefusal::NotAuthor) => {
                Self::forbidden("not-author", refusal.to_string())
            }
            EditError::Refused(refusal @ EditRefusal::Closed) => {
                Self::conflict("closed", refusal.to_string())
            }
            EditError::NotAdmitted(refusal, said) => Self::forbidden(refusal.as_str(), said),
            EditError::Store(source) => Self::internal(source),
        }
    }
}

impl From<DeleteError> for Problem {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Self::not_found("post or comment"),
            DeleteError::Refused(refusal @ DeleteRefusal::NotAllowed) => {
                Self::forbidden("not-allowed", refusal.to_string())
            }
            DeleteError::Refused(refusal @ DeleteRefusal::NothingToRestore) => {
                Self::conflict("nothing-to-restore", refusal.to_string())
            }
            DeleteError::NotMoved(refusal) => Self::conflict("wider-audience", refusal.to_string()),
            DeleteError::Store(source) => Self::internal(source),
        }
    }
}

impl From<VoteError> for Problem {
    fn from(error: VoteError) -> Self {
        match error {
            VoteError::NotFound => Self::not_found("post or comment"),
            VoteError::Refused(refusal @ VoteRefusal::NotOpen) => {
                Self::conflict("not-open", refusal.to_string())
            }
            VoteError::Refused(VoteRefusal::NotAdmitted(refusal)) => refusal.into(),
            VoteError::Store(source) => Self::internal(source),
        }
    }
}

impl From<ResolveError> for Problem {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound => Self::not_found("group or person"),
            ResolveError::SwitchedOff => Self::forbidden("federation-off", error.to_string()),
            ResolveError::Blocked => Self::forbidden("host-blocked", error.to_string()),
            ResolveError::Refused(_) => remote(
                &error,
                "remote-refused",
                "the other server answered something else than was asked for",
            ),
            ResolveError::Unreachable(_) => {
                remote(&error, "remote-unreachable", "the other server could not be reached; try again later")
            }
            ResolveError::Store(source) => Self::internal(source),
        }
    }
}

/// 502: another server's fault. What it is in detail is for whoever runs this one.
fn remote(error: &ResolveError, code: &'static str, detail: &str) -> Problem {
    tracing::info!(error = error as &dyn std::error::Error, "another server did not help");
    Problem::new(StatusCode::BAD_GATEWAY, code, detail)
}
