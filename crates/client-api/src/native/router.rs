//! Which address does what. The routes and the document come from one list.

use axum::{Router, routing::any};
use guildhall_app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access, appeals, automatic_rules, bans, block_lists, cases, comments, copies, decisions, deletion,
    document, explain, groups, invitations, log, marks, membership, moderators, notices, partners, peering,
    person_notes, posts, prepared, problem::Problem, questions, queue, reports, requests, rulebooks,
    sanctions, staff, transparency, trust, voters, votes,
};

/// What all addresses begin with.
pub const PREFIX: &str = "/api/guildhall/v1";

/// The native API. Has no fallback of its own, so that it can be merged: unknown addresses under [`PREFIX`] are
/// routes too.
pub fn router(app: App) -> Router {
    let (routes, _) = documented().split_for_parts();
    routes
        .route(PREFIX, any(no_such_address))
        .route(&format!("{PREFIX}/"), any(no_such_address))
        .route(&format!("{PREFIX}/{{*rest}}"), any(no_such_address))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(app)
}

/// The routes together with their descriptions.
pub(super) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document::base()).nest(
        PREFIX,
        in_groups().merge(on_entries()).merge(on_the_instance()).merge(on_servers()).merge(on_cases()),
    )
}

fn in_groups() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::show_group, groups::change_group))
        .routes(routes!(membership::show_membership, membership::join_group, membership::leave_group))
        .routes(routes!(access::show_access))
        .routes(routes!(copies::list_copies))
        .routes(routes!(questions::show_questions, questions::set_questions))
        .routes(routes!(invitations::list_invitations, invitations::make_out_invitation))
        .routes(routes!(invitations::revoke_invitation))
        .routes(routes!(requests::list_requests))
        .routes(routes!(requests::vouch_for, requests::take_vouch_back))
        .routes(routes!(requests::show_vouches))
        .routes(routes!(posts::list_posts, posts::create_post))
        .routes(routes!(queue::list_queue))
        .routes(routes!(queue::admit_item))
        .routes(routes!(queue::refuse_item))
        .routes(routes!(decisions::list_group_decisions))
        .routes(routes!(reports::list_reports))
        .routes(routes!(cases::list_group_cases))
        .routes(routes!(prepared::list_prepared_texts, prepared::set_prepared_texts))
        .routes(routes!(person_notes::show_person_notes, person_notes::note_on_person))
        .routes(routes!(voters::show_pattern_of_person))
        .routes(routes!(moderators::appoint_moderator, moderators::dismiss_moderator))
        .routes(routes!(staff::list_staff))
        .routes(routes!(staff::appoint, staff::dismiss))
        .routes(routes!(staff::grant_permission, staff::withdraw_permission))
        .routes(routes!(bans::ban_person, bans::unban_person))
        .routes(routes!(sanctions::mute_person, sanctions::unmute_person))
        .routes(routes!(sanctions::begin_probation, sanctions::end_probation))
        .routes(routes!(rulebooks::show_rulebook, rulebooks::replace_rulebook))
        .routes(routes!(rulebooks::show_figures))
        .routes(routes!(rulebooks::try_rules))
        .routes(routes!(automatic_rules::show_rule, automatic_rules::set_rule, automatic_rules::delete_rule))
        .routes(routes!(explain::explain_item))
        .routes(routes!(trust::show_trust, trust::give_trust, trust::take_trust_back))
        .routes(routes!(appeals::list_appeals))
        .routes(routes!(appeals::list_instance_appeals))
        .routes(routes!(appeals::decide_appeal))
        .routes(routes!(log::show_group_log))
        .routes(routes!(log::export_group_log))
        .routes(routes!(transparency::show_group_transparency))
}

fn on_entries() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(posts::show_post, posts::change_post, deletion::delete_post))
        .routes(routes!(deletion::restore_post))
        .routes(routes!(votes::vote_on_post))
        .routes(routes!(voters::list_votes_on_post))
        .routes(routes!(voters::show_pattern_of_post))
        .routes(routes!(decisions::list_post_decisions))
        .routes(routes!(reports::report_post))
        .routes(routes!(marks::lock_post, marks::unlock_post))
        .routes(routes!(marks::feature_post, marks::unfeature_post))
        .routes(routes!(comments::list_comments, comments::create_comment))
        .routes(routes!(comments::show_comment, comments::change_comment, deletion::delete_comment))
        .routes(routes!(deletion::restore_comment))
        .routes(routes!(votes::vote_on_comment))
        .routes(routes!(voters::list_votes_on_comment))
        .routes(routes!(voters::show_pattern_of_comment))
        .routes(routes!(decisions::list_comment_decisions))
        .routes(routes!(explain::explain_post))
        .routes(routes!(explain::explain_comment))
        .routes(routes!(reports::report_comment))
}

fn on_cases() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(cases::list_instance_cases))
        .routes(routes!(cases::show_case))
        .routes(routes!(cases::claim_case))
        .routes(routes!(cases::release_case))
        .routes(routes!(cases::note_on_case))
        .routes(routes!(cases::act_on_case))
        .routes(routes!(cases::close_case))
        .routes(routes!(cases::reopen_case))
        .routes(routes!(voters::look_at_voters))
        .routes(routes!(reports::report_anything))
}

fn on_the_instance() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(decisions::list_instance_decisions))
        .routes(routes!(log::show_instance_log))
        .routes(routes!(log::export_instance_log))
        .routes(routes!(transparency::show_instance_transparency))
        .routes(routes!(rulebooks::show_instance_rulebook, rulebooks::replace_instance_rulebook))
        .routes(routes!(rulebooks::show_instance_figures))
        .routes(routes!(rulebooks::try_instance_rules))
        .routes(routes!(
            automatic_rules::show_instance_rule,
            automatic_rules::set_instance_rule,
            automatic_rules::delete_instance_rule
        ))
        .routes(routes!(notices::list_notices))
        .routes(routes!(notices::show_notice))
        .routes(routes!(notices::read_notice))
        .routes(routes!(appeals::make_appeal))
        .routes(routes!(document::show_document))
}

fn on_servers() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(partners::list_partners))
        .routes(routes!(partners::set_partner, partners::clear_partner))
        .routes(routes!(partners::list_mirrors))
        .routes(routes!(partners::admit_mirror, partners::remove_mirror))
        .routes(routes!(peering::list_servers_of_group))
        .routes(routes!(peering::list_server_for_group, peering::clear_server_for_group))
        .routes(routes!(peering::export_servers_of_group, peering::import_servers_of_group))
        .routes(routes!(peering::list_servers_of_instance))
        .routes(routes!(peering::list_server_for_instance, peering::clear_server_for_instance))
        .routes(routes!(peering::export_servers_of_instance, peering::import_servers_of_instance))
        .routes(routes!(block_lists::list_block_lists, block_lists::subscribe_block_list))
        .routes(routes!(
            block_lists::show_block_list,
            block_lists::change_block_list,
            block_lists::unsubscribe_block_list
        ))
        .routes(routes!(block_lists::list_block_list_changes))
        .routes(routes!(block_lists::accept_block_list_changes))
        .routes(routes!(block_lists::refresh_block_list))
}

async fn no_such_address() -> Problem {
    Problem::no_such_address()
}
