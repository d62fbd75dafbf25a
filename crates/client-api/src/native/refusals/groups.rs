//! Why nothing was changed in a group or on the instance: its settings, people, rules and other servers.

use axum::http::StatusCode;
use guildhall_app::{
    block_list::BlockListError,
    group::{ChangeGroupError, CreateGroupError, JoinError, ModerationError, TrustError},
    partner::PartnerError,
    peering::PeeringError,
    port::ResolveError,
    rulebook::RulebookError,
    staff::StaffError,
    welcome::{InviteError, QuestionsError, VouchError},
};
use guildhall_domain::{group::InvalidSettings, staff::AppointRefusal, welcome::VouchRefusal};

use crate::native::{json::Question, problem::Problem};

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
