-- Times are milliseconds UTC, ids 64-bit snowflakes. Written in PostgreSQL's words, mapped for SQLite on the way in.

-- Everybody who acts: persons, groups and applications, here and elsewhere.
CREATE TABLE actors (
    id BIGINT PRIMARY KEY,
    ap_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    is_local BOOLEAN NOT NULL,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    host TEXT NOT NULL,
    display_name TEXT,
    summary_html TEXT,
    page_url TEXT,
    icon_url TEXT,
    inbox TEXT NOT NULL,
    shared_inbox TEXT,
    outbox TEXT,
    followers TEXT,
    moderators_url TEXT,
    featured_url TEXT,
    wall_url TEXT,
    also_known_as JSONB NOT NULL,
    moved_to TEXT,
    remote_updated_at BIGINT,
    published_at BIGINT,
    fetched_at BIGINT,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
-- Elsewhere a person and a group may share a name (Lemmy); here they may not.
CREATE UNIQUE INDEX actors_local_name ON actors (username_key) WHERE is_local;
CREATE INDEX actors_handle ON actors (host, username_key);

CREATE TABLE actor_keys (
    key_id TEXT PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    algorithm TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    private_key BYTEA,
    created_at BIGINT NOT NULL
);
CREATE INDEX actor_keys_actor ON actor_keys (actor_id);

-- Private keys that our own actors had before, for a while.
CREATE TABLE former_keys (
    -- The event that tells other servers of the new key.
    event_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    key_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    private_key BYTEA NOT NULL,
    -- The place of the news on the delivery log: what stands up to there is signed with this key. NULL: not there yet.
    until_seq BIGINT,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (event_id, key_id)
);
CREATE INDEX former_keys_actor ON former_keys (actor_id);

CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    actor_id BIGINT NOT NULL UNIQUE REFERENCES actors (id),
    email TEXT,
    -- In lower case: one address, one account.
    email_key TEXT UNIQUE,
    password_hash TEXT NOT NULL,
    is_admin BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_tokens (
    token_hash TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- Groups hosted here, and groups elsewhere that somebody here follows.
CREATE TABLE groups (
    id BIGINT PRIMARY KEY REFERENCES actors (id),
    is_local BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    description_source TEXT NOT NULL,
    description_html TEXT NOT NULL,
    language TEXT,
    picture_url TEXT,
    admission TEXT NOT NULL,
    posting TEXT NOT NULL,
    review TEXT NOT NULL,
    visibility TEXT NOT NULL DEFAULT 'public',
    -- As whom moderators sign what they decide: name, group.
    signed TEXT NOT NULL DEFAULT 'group',
    -- Who learns how somebody voted: public, counted (nobody), members.
    votes TEXT NOT NULL DEFAULT 'public',
    -- For how many days a decision can be appealed; 0: not at all.
    appeal_days BIGINT NOT NULL DEFAULT 14,
    member_count BIGINT NOT NULL DEFAULT 0,
    post_count BIGINT NOT NULL DEFAULT 0,
    comment_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Since when those who run the instance look after it, because nobody of its own is left.
    care_since BIGINT
);

CREATE TABLE group_rules (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    text_source TEXT NOT NULL,
    text_html TEXT NOT NULL,
    PRIMARY KEY (group_id, position)
);

-- Who looks after a group. Of a group elsewhere: whom its server lists as its moderators.
CREATE TABLE staff (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    -- owner, moderator or helper.
    role TEXT NOT NULL,
    -- Permissions granted and withdrawn besides those of the role: names with spaces between them.
    granted TEXT NOT NULL DEFAULT '',
    withdrawn TEXT NOT NULL DEFAULT '',
    appointed_at BIGINT NOT NULL,
    appointed_by BIGINT,
    reason TEXT,
    PRIMARY KEY (group_id, actor_id)
);
CREATE INDEX staff_actor ON staff (actor_id);

-- Membership of a group here (from a Follow or Join), or of somebody here in a group elsewhere.
CREATE TABLE memberships (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    state TEXT NOT NULL,
    -- The Follow or Join that asked, which Accept, Reject and Undo name.
    follow_ap_id TEXT,
    created_at BIGINT NOT NULL,
    joined_at BIGINT,
    PRIMARY KEY (group_id, actor_id)
);
CREATE INDEX memberships_actor ON memberships (actor_id);
CREATE INDEX memberships_follow ON memberships (follow_ap_id) WHERE follow_ap_id IS NOT NULL;

-- Who may invite into a group, and how many vouch for somebody; without a row: moderators, and nobody.
CREATE TABLE welcomes (
    group_id BIGINT PRIMARY KEY REFERENCES groups (id),
    invites TEXT NOT NULL,
    vouches_needed BIGINT NOT NULL
);

-- What a group asks those who want to join.
CREATE TABLE join_questions (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    position BIGINT NOT NULL,
    text TEXT NOT NULL,
    required BOOLEAN NOT NULL,
    PRIMARY KEY (group_id, position)
);

-- What they answered, for as long as they are members or wait.
CREATE TABLE join_answers (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    position BIGINT NOT NULL,
    -- As it was asked; NULL for an answer to all of them in one piece.
    question TEXT,
    text TEXT NOT NULL,
    -- The message that brought it, of people elsewhere.
    ap_id TEXT,
    PRIMARY KEY (group_id, actor_id, position)
);

CREATE TABLE invitations (
    id BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES groups (id),
    by_actor_id BIGINT NOT NULL REFERENCES actors (id),
    -- SHA-256 of the code, which is shown once and not kept.
    code_hash BYTEA NOT NULL UNIQUE,
    -- NULL: without limit.
    max_uses BIGINT,
    uses BIGINT NOT NULL DEFAULT 0,
    until BIGINT,
    note TEXT NOT NULL,
    -- The one person whom it is for.
    for_actor_id BIGINT REFERENCES actors (id),
    revoked_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX invitations_group ON invitations (group_id, id);
CREATE INDEX invitations_for ON invitations (for_actor_id, group_id) WHERE for_actor_id IS NOT NULL;

-- Members who vouch for somebody that waits, or did so.
CREATE TABLE vouches (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    by_actor_id BIGINT NOT NULL REFERENCES actors (id),
    created_at BIGINT NOT NULL,
    -- When the one vouched for was let in; NULL while the request waits.
    admitted_at BIGINT,
    -- When they were banned soon after that.
    failed_at BIGINT,
    PRIMARY KEY (group_id, actor_id, by_actor_id)
);
CREATE INDEX vouches_by ON vouches (by_actor_id, group_id);

-- Bans, mutes and probation: each the moment it ends, 9223372036854775807 without end. group_id 0 is the whole instance.
CREATE TABLE standings (
    group_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    banned_until BIGINT,
    muted_until BIGINT,
    watched_until BIGINT,
    PRIMARY KEY (group_id, actor_id)
);
CREATE INDEX standings_actor ON standings (actor_id);
CREATE INDEX standings_banned ON standings (banned_until) WHERE banned_until < 9223372036854775807;
CREATE INDEX standings_muted ON standings (muted_until) WHERE muted_until < 9223372036854775807;
CREATE INDEX standings_watched ON standings (watched_until) WHERE watched_until < 9223372036854775807;

-- What a group hosted here has seen of somebody: what trust is earned by. Written with each comment: without references,
-- and on SQLite as one tree.
CREATE TABLE acquaintances (
    group_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    -- Posts and comments let in, and answers to them by others.
    accepted BIGINT NOT NULL DEFAULT 0,
    answered BIGINT NOT NULL DEFAULT 0,
    -- Days on which something was let in, and the last of them: days since 1970, UTC.
    days BIGINT NOT NULL DEFAULT 0,
    last_day BIGINT NOT NULL DEFAULT 0,
    -- Refused or removed, and reports about them that were found right or wrong.
    refused BIGINT NOT NULL DEFAULT 0,
    upheld BIGINT NOT NULL DEFAULT 0,
    dismissed BIGINT NOT NULL DEFAULT 0,
    struck_at BIGINT,
    first_at BIGINT NOT NULL,
    -- A level given by hand, by whom and why.
    given TEXT,
    given_reason TEXT,
    given_by BIGINT,
    PRIMARY KEY (group_id, actor_id)
--@sqlite
) STRICT, WITHOUT ROWID;
--@postgres
);
--@both

-- Automatic rules, gates and thresholds of a group, as JSON; group_id 0 is the whole instance.
CREATE TABLE rulebooks (
    group_id BIGINT PRIMARY KEY,
    -- Another one for each change: what is prepared from it is kept under this.
    revision BIGINT NOT NULL,
    body JSONB NOT NULL,
    updated_at BIGINT NOT NULL
);

-- How often a rule fitted, by days since 1970, UTC.
CREATE TABLE rule_figures (
    group_id BIGINT NOT NULL,
    rule TEXT NOT NULL,
    day BIGINT NOT NULL,
    fitted BIGINT NOT NULL,
    PRIMARY KEY (group_id, rule, day)
);

-- group_id 0 is the whole instance. list_id 0 is what somebody here decided; else a block list wants it, and as soon as
-- none does it is gone.
CREATE TABLE peering (
    group_id BIGINT NOT NULL,
    host TEXT NOT NULL,
    list_id BIGINT NOT NULL DEFAULT 0,
    action TEXT NOT NULL,
    mute_media BOOLEAN NOT NULL DEFAULT false,
    until BIGINT,
    reason TEXT,
    public_comment TEXT,
    private_comment TEXT,
    by_actor_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (host, group_id, list_id)
);
CREATE INDEX peering_of ON peering (group_id, host, list_id);
CREATE INDEX peering_list ON peering (list_id, host) WHERE list_id <> 0;
CREATE INDEX peering_until ON peering (until) WHERE until IS NOT NULL;

-- Groups that a group hosted here is linked to: mirror, review or list.
CREATE TABLE group_partners (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    partner_id BIGINT NOT NULL REFERENCES groups (id),
    policy TEXT NOT NULL,
    reason TEXT,
    public_comment TEXT,
    by_actor_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, partner_id)
);
CREATE INDEX group_partners_partner ON group_partners (partner_id) WHERE policy <> 'list';

-- Posts of partners that are shown in a group, too, or wait for it: one entry in two places.
CREATE TABLE group_mirrors (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    entry_id BIGINT NOT NULL,
    partner_id BIGINT NOT NULL,
    -- new, waiting, shown, refused, removed, leaving or gone; and why it is not shown.
    state TEXT NOT NULL,
    reason TEXT,
    -- The event that told followers that it is shown; null where they heard nothing, or that it ended.
    told_event_id BIGINT,
    -- The ban that it went with.
    ban_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, entry_id)
);
CREATE INDEX group_mirrors_ban ON group_mirrors (ban_id) WHERE ban_id IS NOT NULL;
CREATE INDEX group_mirrors_told ON group_mirrors (entry_id, group_id) WHERE state = 'new' AND told_event_id IS NOT NULL;
CREATE INDEX group_mirrors_entry ON group_mirrors (entry_id);
CREATE INDEX group_mirrors_partner ON group_mirrors (group_id, partner_id);
CREATE INDEX group_mirrors_shown ON group_mirrors (group_id, entry_id) WHERE state = 'shown';
CREATE INDEX group_mirrors_new ON group_mirrors (entry_id, group_id) WHERE state = 'new';
CREATE INDEX group_mirrors_leaving ON group_mirrors (entry_id, group_id) WHERE state = 'leaving';

-- Block lists of others that the instance subscribes to.
CREATE TABLE block_lists (
    id BIGINT PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL,
    suspend_as TEXT NOT NULL,
    silence_as TEXT NOT NULL,
    mute_media BOOLEAN NOT NULL,
    interval_ms BIGINT NOT NULL,
    -- Counts what was seen at the source: raised with each change of what it offers.
    revision BIGINT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    -- The last good answer, the last try, and the next.
    fetched_at BIGINT,
    checked_at BIGINT,
    next_check_at BIGINT NOT NULL,
    -- Why the last try failed, and how many in a row.
    failure TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX block_lists_due ON block_lists (next_check_at);

CREATE TABLE block_list_exceptions (
    list_id BIGINT NOT NULL REFERENCES block_lists (id),
    host TEXT NOT NULL,
    PRIMARY KEY (list_id, host)
);

-- What the source said last, whatever of it is taken over.
CREATE TABLE block_list_offers (
    list_id BIGINT NOT NULL REFERENCES block_lists (id),
    host TEXT NOT NULL,
    severity TEXT NOT NULL,
    reject_media BOOLEAN NOT NULL,
    public_comment TEXT,
    PRIMARY KEY (list_id, host)
);

-- Posts and comments.
CREATE TABLE entries (
    id BIGINT PRIMARY KEY,
    ap_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    group_id BIGINT NOT NULL REFERENCES groups (id),
    author_id BIGINT NOT NULL REFERENCES actors (id),
    -- The post that starts the thread; a post's own id.
    thread_id BIGINT NOT NULL,
    parent_id BIGINT REFERENCES entries (id),
    depth BIGINT NOT NULL,
    is_local BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    -- Page, Note, Article …: what the origin called it.
    wire_type TEXT NOT NULL,
    title TEXT,
    content_html TEXT NOT NULL,
    content_source TEXT,
    excerpt TEXT NOT NULL,
    page_url TEXT,
    link_url TEXT,
    image_url TEXT,
    language TEXT,
    sensitive BOOLEAN NOT NULL,
    locked BOOLEAN NOT NULL DEFAULT false,
    -- When the lock ends by itself.
    locked_until BIGINT,
    featured BOOLEAN NOT NULL DEFAULT false,
    up BIGINT NOT NULL DEFAULT 0,
    down BIGINT NOT NULL DEFAULT 0,
    score BIGINT NOT NULL DEFAULT 0,
    comment_count BIGINT NOT NULL DEFAULT 0,
    -- When it was written, by the author's clock, and when it entered here.
    published_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    last_activity_at BIGINT NOT NULL,
    -- Why it is held, refused or removed, for those who may know.
    state_reason TEXT,
    -- Of what was removed or deleted: its state and the reason before, which it goes back to.
    state_before TEXT,
    reason_before TEXT,
    -- The thread with which it was removed, as one act; restored with it.
    gone_with BIGINT,
    -- Of a post from elsewhere: the collection of its thread at its origin (FEP-7888).
    context_url TEXT,
    -- The Create that brought it, forwarded when it is admitted later.
    received_id BIGINT,
    -- Neither listed nor told to followers: who has its address may read it.
    limited BOOLEAN NOT NULL DEFAULT false,
    -- Equal for the same words, and for the same link; only where a rule asks for repetitions.
    text_print BIGINT,
    link_print BIGINT
);
CREATE INDEX entries_text_print ON entries (text_print, id) WHERE text_print IS NOT NULL;
CREATE INDEX entries_link_print ON entries (link_print, id) WHERE link_print IS NOT NULL;
CREATE INDEX entries_new ON entries (group_id, kind, state, id);
CREATE INDEX entries_active ON entries (group_id, kind, state, last_activity_at, id);
CREATE INDEX entries_top ON entries (group_id, kind, state, score, id);
CREATE INDEX entries_featured ON entries (group_id, id) WHERE featured;
CREATE INDEX entries_thread ON entries (thread_id, id);
CREATE INDEX entries_parent ON entries (parent_id, id);
CREATE INDEX entries_author ON entries (author_id, group_id, state, id);
CREATE INDEX entries_page ON entries (page_url) WHERE page_url IS NOT NULL;
CREATE INDEX entries_context ON entries (context_url) WHERE context_url IS NOT NULL;
CREATE INDEX entries_locked_until ON entries (locked_until) WHERE locked_until IS NOT NULL;
CREATE INDEX entries_gone_with ON entries (gone_with) WHERE gone_with IS NOT NULL;

-- Tags that groups gave to posts and comments, in lower case without #.
CREATE TABLE entry_tags (
    entry_id BIGINT NOT NULL REFERENCES entries (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (entry_id, tag)
);
CREATE INDEX entry_tags_tag ON entry_tags (tag, entry_id);

-- What clients called the requests that made entries, for a day: the same request again makes no second entry.
CREATE TABLE request_keys (
    author_id BIGINT NOT NULL REFERENCES actors (id),
    name TEXT NOT NULL,
    -- SHA-256 of what was asked for.
    request BYTEA NOT NULL,
    entry_id BIGINT NOT NULL REFERENCES entries (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (author_id, name)
);
CREATE INDEX request_keys_created ON request_keys (created_at);

-- Removing all that somebody wrote, one entry after the other: written with the ban, deleted when it is done.
-- group_id 0 is all groups.
CREATE TABLE removals (
    id BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES actors (id),
    by_actor_id BIGINT NOT NULL REFERENCES actors (id),
    reason TEXT NOT NULL,
    -- The ban that asks for it.
    ban_id BIGINT,
    created_at BIGINT NOT NULL
);

-- What went with a ban: the removals of posts and comments, by the key of their decision, and the membership that it
-- ended (decision_id is the ban's own, and there is no entry). It comes back when the ban is taken back on appeal.
CREATE TABLE went_with_bans (
    decision_id BIGINT PRIMARY KEY,
    ban_id BIGINT NOT NULL,
    entry_id BIGINT
);
CREATE INDEX went_with_bans_ban ON went_with_bans (ban_id);

-- Bringing back what went with a ban, one entry after the other: written with what takes the ban back, deleted when it is
-- done.
CREATE TABLE returns (
    ban_id BIGINT PRIMARY KEY,
    by_actor_id BIGINT NOT NULL REFERENCES actors (id),
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE votes (
    entry_id BIGINT NOT NULL REFERENCES entries (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    value BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, actor_id)
);
CREATE INDEX votes_actor ON votes (actor_id, created_at);

CREATE TABLE reactions (
    entry_id BIGINT NOT NULL REFERENCES entries (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    emoji TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, actor_id, emoji)
);

CREATE TABLE polls (
    entry_id BIGINT PRIMARY KEY REFERENCES entries (id),
    multiple BOOLEAN NOT NULL,
    closes_at BIGINT
);

CREATE TABLE poll_options (
    entry_id BIGINT NOT NULL REFERENCES polls (entry_id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- As the author's server counts.
    votes BIGINT NOT NULL,
    PRIMARY KEY (entry_id, position)
);

CREATE TABLE poll_votes (
    entry_id BIGINT NOT NULL REFERENCES polls (entry_id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, actor_id, position)
);

-- What was reported about one thing: entry, person, group, host, rule. group_id 0 is the whole instance.
CREATE TABLE cases (
    id BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL,
    subject TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    title TEXT NOT NULL,
    -- Whom it concerns.
    person_id BIGINT,
    assignee_id BIGINT,
    opened_at BIGINT NOT NULL,
    -- When the last lane of ours was closed.
    closed_at BIGINT
);
CREATE UNIQUE INDEX cases_open ON cases (group_id, subject, subject_key) WHERE closed_at IS NULL;
CREATE INDEX cases_group ON cases (group_id, id);

-- Who looks at a case, each for themselves: group, home, target, instance.
CREATE TABLE case_lanes (
    case_id BIGINT NOT NULL REFERENCES cases (id),
    lane TEXT NOT NULL,
    host TEXT NOT NULL,
    is_ours BOOLEAN NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    outcome TEXT,
    closed_by BIGINT,
    PRIMARY KEY (case_id, lane)
);

-- What was said, as it was when it was reported.
CREATE TABLE case_items (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    entry_id BIGINT NOT NULL REFERENCES entries (id),
    author_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    title TEXT,
    content_html TEXT NOT NULL,
    link_url TEXT,
    -- When this version was written, by the author's clock.
    written_at BIGINT NOT NULL,
    -- The automatic rule that attached it.
    rule TEXT,
    kept_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX case_items_version ON case_items (case_id, entry_id, written_at);
CREATE INDEX case_items_case ON case_items (case_id, id);

-- What happened to a case besides reports and decisions, and the private notes on it.
CREATE TABLE case_history (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL,
    lane TEXT,
    by_actor_id BIGINT,
    text TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX case_history_case ON case_history (case_id, id);

-- Texts that a group keeps at hand for what it tells people.
CREATE TABLE prepared_texts (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (group_id, name, language)
);

-- What the moderators of a group note on people, for each other alone.
CREATE TABLE person_notes (
    id BIGINT PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    by_actor_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_notes_person ON person_notes (group_id, actor_id, id);

CREATE TABLE reports (
    id BIGINT PRIMARY KEY,
    ap_id TEXT UNIQUE,
    -- None: it concerns those who run the instance.
    group_id BIGINT REFERENCES groups (id),
    reporter_id BIGINT NOT NULL REFERENCES actors (id),
    entry_id BIGINT REFERENCES entries (id),
    actor_id BIGINT REFERENCES actors (id),
    text TEXT NOT NULL,
    -- Whether other servers are told who reports; else it is the instance that does.
    named BOOLEAN NOT NULL DEFAULT false,
    -- Taken back by whoever reported.
    withdrawn_at BIGINT,
    case_id BIGINT REFERENCES cases (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX reports_group ON reports (group_id, id);
CREATE INDEX reports_case ON reports (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX reports_entry ON reports (entry_id) WHERE entry_id IS NOT NULL;

-- What waits for a moderator: a request to join, an entry, or an edit of one.
CREATE TABLE queue_items (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    entry_id BIGINT REFERENCES entries (id),
    -- The object or Follow it is about.
    object_ap_id TEXT,
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- For an edit: the new text, as it will be written.
    edit JSONB,
    received_id BIGINT,
    received_at BIGINT NOT NULL,
    decided_at BIGINT,
    -- Whether it was really decided; else it was withdrawn, or something newer took its place.
    is_judged BOOLEAN NOT NULL DEFAULT false
);
CREATE INDEX queue_items_open ON queue_items (group_id, id) WHERE decided_at IS NULL;
CREATE INDEX queue_items_judged ON queue_items (group_id, decided_at) WHERE is_judged;
CREATE INDEX queue_items_entry ON queue_items (entry_id);

-- What groups here wrote to people in private; a reply is known by what it answers.
CREATE TABLE direct_notes (
    ap_id TEXT PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    -- questions or notice.
    purpose TEXT NOT NULL,
    -- Of questions the queue item, of a notice the decision.
    subject_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX direct_notes_actor ON direct_notes (actor_id, group_id, purpose, created_at);

CREATE TABLE decisions (
    id BIGINT PRIMARY KEY,
    group_id BIGINT,
    action TEXT NOT NULL,
    entry_id BIGINT,
    actor_id BIGINT,
    host TEXT,
    layer TEXT NOT NULL,
    rule TEXT,
    reason TEXT,
    until BIGINT,
    by_actor_id BIGINT,
    -- The rule that the group has written down, as it was then.
    rule_number BIGINT,
    rule_title TEXT,
    -- For moderators alone.
    note TEXT,
    -- Whether others are told who decided: name, group.
    signed TEXT NOT NULL DEFAULT 'group',
    case_id BIGINT,
    -- The decision that this one takes back.
    undoes BIGINT,
    -- Whether it is in the log that everybody reads who reads there; else it is only counted.
    is_open BOOLEAN NOT NULL DEFAULT false,
    created_at BIGINT NOT NULL
);
CREATE INDEX decisions_group ON decisions (group_id, id);
CREATE INDEX decisions_instance ON decisions (id) WHERE group_id IS NULL;
CREATE INDEX decisions_entry ON decisions (entry_id, id) WHERE entry_id IS NOT NULL;
CREATE INDEX decisions_case ON decisions (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX decisions_by ON decisions (by_actor_id, id) WHERE by_actor_id IS NOT NULL;
CREATE INDEX decisions_actor ON decisions (actor_id, group_id, id) WHERE actor_id IS NOT NULL;
-- The logs, of one group and of all.
CREATE INDEX decisions_log_group ON decisions (group_id, id) WHERE is_open;
CREATE INDEX decisions_log ON decisions (id) WHERE is_open;
-- What sanctions were in force at some moment.
CREATE INDEX decisions_sanctions ON decisions (group_id, actor_id, id)
    WHERE action IN ('ban', 'unban', 'mute', 'unmute', 'probation', 'end-probation');

-- What people are told: of decisions about them, of their appeals, and by automatic rules.
CREATE TABLE notices (
    id BIGINT PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    -- decision, outcome, appeal, rule, answer or staff.
    kind TEXT NOT NULL,
    -- Who tells it; none: the whole instance.
    group_id BIGINT REFERENCES groups (id),
    decision_id BIGINT REFERENCES decisions (id),
    entry_id BIGINT REFERENCES entries (id),
    -- The automatic rule that brought it about.
    rule TEXT,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notices_actor ON notices (actor_id, id);
CREATE INDEX notices_rule ON notices (actor_id, rule, created_at) WHERE rule IS NOT NULL;
-- Of one decision its person is told once.
CREATE UNIQUE INDEX notices_decision ON notices (decision_id) WHERE kind = 'decision';

-- How often a rule has fitted since those who look after it were told. group_id 0 is the whole instance.
CREATE TABLE rule_alarms (
    group_id BIGINT NOT NULL,
    rule TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    PRIMARY KEY (group_id, rule)
);
CREATE INDEX rule_alarms_pending ON rule_alarms (told_at) WHERE pending > 0;

-- Appeals against decisions, one for each.
CREATE TABLE appeals (
    id BIGINT PRIMARY KEY,
    decision_id BIGINT NOT NULL UNIQUE REFERENCES decisions (id),
    group_id BIGINT REFERENCES groups (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- upheld, reversed or changed; none while it is open.
    outcome TEXT,
    reason TEXT,
    by_actor_id BIGINT REFERENCES actors (id),
    -- The decision that takes the first one back, or its place.
    undone_by BIGINT REFERENCES decisions (id),
    decided_at BIGINT
);
CREATE INDEX appeals_open ON appeals (group_id, id) WHERE decided_at IS NULL;

-- Verified activities, with what became of each.
CREATE TABLE received_activities (
    id BIGINT PRIMARY KEY,
    ap_id TEXT NOT NULL UNIQUE,
    actor_ap_id TEXT NOT NULL,
    host TEXT NOT NULL,
    verb TEXT NOT NULL,
    -- The group elsewhere that announced it, where it did not come from its author's server.
    via_ap_id TEXT,
    body BYTEA NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    reason TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Not before; 0: as soon as it can be.
    due_at BIGINT NOT NULL,
    -- The held entry it is about, until that is decided.
    waits_for BIGINT,
    received_at BIGINT NOT NULL,
    finished_at BIGINT,
    -- Which of 64 parts of the inbox its sender is in.
    shard BIGINT NOT NULL DEFAULT 0,
    -- Grows in the order in which a sender's activities came, whichever node took them and whatever its clock says.
--@sqlite
    position BIGINT NOT NULL GENERATED ALWAYS AS (id) VIRTUAL
--@postgres
    position BIGINT GENERATED ALWAYS AS IDENTITY
--@both
);
CREATE INDEX received_activities_waiting ON received_activities (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX received_activities_waiters ON received_activities (actor_ap_id, id) WHERE waits_for IS NOT NULL;
CREATE INDEX received_activities_due ON received_activities (due_at, position) WHERE state = 'queued';
CREATE INDEX received_activities_recent ON received_activities (received_at);

-- What happened, until it is told.
CREATE TABLE events (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    group_id BIGINT,
    actor_id BIGINT,
    entry_id BIGINT,
    by_actor_id BIGINT,
    received_id BIGINT,
    value BIGINT,
    value_before BIGINT,
    code TEXT,
    text TEXT,
    until BIGINT,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    -- Grows in the order in which what happened to one thing happened, whichever node wrote it.
--@sqlite
    position BIGINT NOT NULL GENERATED ALWAYS AS (id) VIRTUAL
--@postgres
    position BIGINT GENERATED ALWAYS AS IDENTITY
--@both
);
CREATE INDEX events_unpublished ON events (position) WHERE published_at IS NULL;

-- What we know of other servers.
CREATE TABLE instances (
    host TEXT PRIMARY KEY,
    software TEXT,
    version TEXT,
    profile TEXT,
    -- Set by an admin: not learned over.
    profile_fixed BOOLEAN NOT NULL DEFAULT false,
    -- How to sign for this host: cavage, rfc9421 or rfc9421-ed25519.
    signature TEXT,
    nodeinfo_at BIGINT,
    first_seen_at BIGINT NOT NULL
);

-- One row an activity, however many hosts follow. `seq` grows in the order of publishing.
CREATE TABLE delivery_log (
    seq BIGINT PRIMARY KEY,
    activity_ap_id TEXT NOT NULL UNIQUE,
    event_id BIGINT NOT NULL,
    sender_id BIGINT NOT NULL REFERENCES actors (id),
    -- Goes to the followers of this group, besides the targets named one by one.
    group_id BIGINT,
    -- Items of one key are delivered in order to each host.
    order_key TEXT NOT NULL,
    -- For group-aware hosts and for microblogs; NULL: nothing for them.
    body_group BYTEA,
    body_microblog BYTEA,
    -- Which of the two there is: group, microblog, or all.
    audience TEXT NOT NULL DEFAULT 'all',
    created_at BIGINT NOT NULL
);
CREATE INDEX delivery_log_group ON delivery_log (group_id, seq, audience);
--@sqlite
-- To count along the log without its bodies. PostgreSQL's primary key does without.
CREATE INDEX delivery_log_order ON delivery_log (seq, group_id, audience);
--@both
CREATE INDEX delivery_log_created ON delivery_log (created_at);

-- Inboxes named one by one: the answer to a Follow, the author of a parent.
CREATE TABLE delivery_targets (
    seq BIGINT NOT NULL REFERENCES delivery_log (seq),
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    PRIMARY KEY (seq, inbox)
);
CREATE INDEX delivery_targets_host ON delivery_targets (host, seq, inbox);

-- Inboxes that follow a group: one row an inbox, shared where it can be.
CREATE TABLE delivery_subscriptions (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    followers BIGINT NOT NULL,
    -- Only what was published after this concerns the subscriber.
    since_seq BIGINT NOT NULL,
    PRIMARY KEY (group_id, inbox)
);
-- Whole, so that its rows need not be looked up.
CREATE INDEX delivery_subscriptions_host ON delivery_subscriptions (host, group_id, inbox, since_seq);

-- Servers that hold copies of what is said in a group: since their first member, until their last.
CREATE TABLE group_hosts (
    group_id BIGINT NOT NULL REFERENCES groups (id),
    host TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    PRIMARY KEY (group_id, host)
);

CREATE TABLE delivery_hosts (
    host TEXT PRIMARY KEY,
    -- Everything up to and including this is done with.
    cursor BIGINT NOT NULL,
    state TEXT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    next_attempt_at BIGINT NOT NULL DEFAULT 0,
    last_success_at BIGINT,
    last_error TEXT,
    last_error_at BIGINT,
    -- Fencing: a holder whose epoch is no longer the row's must not write.
    lease_holder TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    epoch BIGINT NOT NULL DEFAULT 0
);

-- Items that a host refused for good.
CREATE TABLE delivery_failures (
    host TEXT NOT NULL,
    seq BIGINT NOT NULL,
    inbox TEXT NOT NULL,
    error TEXT NOT NULL,
    failed_at BIGINT NOT NULL,
    PRIMARY KEY (host, seq, inbox)
);

-- Single holders: who publishes, which part of the inbox is whose, which node has which number.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    epoch BIGINT NOT NULL
);
