//! WebFinger, host-meta and NodeInfo, as others write them and as we do.

use guildhall_activitypub::ActorKind;
use guildhall_activitypub::discovery::{
    Jrd, NodeInfo, NodeInfoVersion, Resource, Usage, host_meta, nodeinfo_link, write_nodeinfo_links,
};
use serde_json::{Value, json};

use crate::support::{RECORDED_RAW, documents, folder, iri, json};

fn recorded(software: &str, name: &str) -> Value {
    documents(software).into_iter().find(|(file, _)| file == name).unwrap().1
}

#[test]
fn recorded_webfinger_answers_name_their_actor() {
    for (software, file, actor) in [
        ("gotosocial", "doc-webfinger.json", "https://gts.test/users/alice"),
        ("mitra", "doc-webfinger.json", "https://mitra.test/users/mitrauser"),
        ("nodebb", "doc-webfinger-category.json", "https://nodebb.test/category/2"),
        ("nodebb", "doc-webfinger-user.json", "https://nodebb.test/uid/1"),
        ("snac", "doc-webfinger.json", "https://snac.test/snacuser"),
        ("takahe", "doc-webfinger.json", "https://takahe.test/@tak@takahe.test/"),
    ] {
        let jrd = Jrd::read(&recorded(software, file)).unwrap();
        let actors: Vec<_> = jrd.actors().map(|actor| actor.id.to_string()).collect();
        assert!(actors.contains(&actor.to_owned()), "{software} {file}: {actors:?}");
    }
    let lemmy = Jrd::read(&json(&folder("lemmy").join("webfinger_group.json"))).unwrap();
    let actor = lemmy.actors().next().unwrap();
    assert_eq!(actor.id.as_str(), "http://lemmy-beta:8551/c/capb1c43");
    assert_eq!(actor.kind, Some(ActorKind::Group));
}

#[test]
fn recorded_nodeinfo_names_the_software() {
    for software in RECORDED_RAW {
        let links = recorded(software, "doc-nodeinfo-links.json");
        assert!(nodeinfo_link(&links).is_some(), "{software}");
        let file = if software == "snac" { "doc-nodeinfo20.json" } else { "doc-nodeinfo.json" };
        let info = NodeInfo::read(&recorded(software, file)).unwrap();
        assert_eq!(info.software, software);
        assert_eq!(info.protocols, ["activitypub"]);
        assert!(!info.version.is_empty());
    }
}

#[test]
fn what_we_write_is_what_we_read() {
    let id = iri("https://a.example/g/books");
    let jrd = Jrd::for_actor("books@a.example", &id, Some(&iri("https://a.example/books")), ActorKind::Group);
    insta::assert_json_snapshot!("written_webfinger", jrd.to_value());
    assert_eq!(Jrd::read(&jrd.to_value()).unwrap(), jrd);
    assert_eq!(jrd.actors().next().unwrap().id, id);

    let info = NodeInfo {
        software: "guildhall".to_owned(),
        version: "0.1.0".to_owned(),
        repository: Some("https://a.example/source".to_owned()),
        protocols: vec!["activitypub".to_owned()],
        usage: Usage { users: Some(3), active_month: Some(2), local_posts: Some(7), ..Usage::default() },
        metadata: json!({ "groups": 1 }),
        ..NodeInfo::default()
    };
    insta::assert_json_snapshot!("written_nodeinfo_2_0", info.to_value(NodeInfoVersion::V2_0));
    insta::assert_json_snapshot!("written_nodeinfo_2_1", info.to_value(NodeInfoVersion::V2_1));
    assert_eq!(NodeInfo::read(&info.to_value(NodeInfoVersion::V2_1)).unwrap(), info);

    let newest = iri("https://a.example/nodeinfo/2.1");
    let links = write_nodeinfo_links(&[
        (NodeInfoVersion::V2_0, iri("https://a.example/nodeinfo/2.0")),
        (NodeInfoVersion::V2_1, newest.clone()),
    ]);
    assert_eq!(nodeinfo_link(&links), Some(newest));
    insta::assert_snapshot!("written_host_meta", host_meta(&id.origin()));
}

#[test]
fn what_is_asked_for_may_be_spelled_in_many_ways() {
    for text in ["acct:Books@A.example", "@Books@a.example", "!Books@a.EXAMPLE", "Books@a.example:443"] {
        let Some(Resource::Acct { name, host }) = Resource::parse(text) else { panic!("{text}") };
        assert_eq!((name.as_str(), host.as_str()), ("Books", "a.example"), "{text}");
    }
    let port = Resource::parse("acct:books@127.0.0.1:8080").unwrap();
    assert_eq!(port, Resource::Acct { name: "books".to_owned(), host: "127.0.0.1:8080".to_owned() });
    assert_eq!(
        Resource::parse("https://a.example/g/books"),
        Some(Resource::Url(iri("https://a.example/g/books")))
    );
    for text in
        ["", "books", "acct:@a.example", "a@b@c.example", "books@a.example/x", "books@", "a b@c.example"]
    {
        assert_eq!(Resource::parse(text), None, "{text}");
    }
}
