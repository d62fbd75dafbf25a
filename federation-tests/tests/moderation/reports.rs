//! Reports that cross: beta's member reports what is in alpha's group, and hears of the end.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, eventually, text};
use serde_json::{Value, json};

use crate::world::{HERE, World};

/// The only case in a list.
async fn only_case(person: &Api, path: &str) -> anyhow::Result<Value> {
    eventually("a case", async || {
        let cases = person.list(path).await?;
        let [case] = &cases[..] else { anyhow::bail!("{} cases: {cases:?}", cases.len()) };
        Ok(case.clone())
    })
    .await
}

/// A lane of a case.
fn lane<'a>(case: &'a Value, name: &str) -> anyhow::Result<&'a Value> {
    let lanes = case["lanes"].as_array().context("no lanes")?;
    lanes.iter().find(|lane| lane["lane"] == name).with_context(|| format!("no {name} in {lanes:?}"))
}

on_both_engines! {
    async fn a_report_from_beta_is_one_case_on_alpha_and_its_end_is_heard(alpha: Engine) -> anyhow::Result<()> {
        let world = World::with_members(alpha, &[]).await?;
        let spam = world.carla.submit(HERE, "Buy this", "Cheap spades.").await?;
        let on_beta = world.ben.eventually_post(&world.there, &spam["ap_id"]).await?;
        let report = format!("/posts/{}/report", text(&on_beta, "id")?);
        world.ben.post(&report, json!({ "text": "Advertising again" })).await?;

        let cases = format!("/groups/{HERE}/cases");
        let case = only_case(&world.maria, &cases).await?;
        ensure!(case["entry"] == spam["id"] && case["report_count"] == 1, "{case}");
        let path = format!("/cases/{}", text(&case, "id")?);
        let file = world.maria.get(&path).await?;
        let history = file["history"].as_array().context("no history")?;
        let report = history.iter().find(|one| one["kind"] == "report").context("no report")?;
        ensure!(report["report"]["text"] == "Advertising again", "{report}");
        let instance = format!("{}/actor", world.beta.url());
        ensure!(report["report"]["reporter"]["ap_id"] == instance, "{report}");
        ensure!(!file.to_string().contains("ben"), "alpha knows who it was: {file}");

        // Those who run beta have it too, with the name, and see that alpha's moderators are not done.
        let at_home = only_case(&world.ada, "/instance/cases").await?;
        ensure!(lane(&at_home, "group")?["is_open"] == true, "{at_home}");
        let at_home = format!("/cases/{}", text(&at_home, "id")?);
        ensure!(world.ada.get(&at_home).await?.to_string().contains("ben@"));

        let remove = json!({ "actions": [{ "action": "remove" }], "reason": "Advertising" });
        world.maria.post(&format!("{path}/actions"), remove).await?;
        world.nobody_reads(&spam["ap_id"]).await?;
        eventually("beta hears that it is settled", async || {
            let file = world.ada.get(&at_home).await?;
            let lane = lane(&file["case"], "group")?;
            ensure!(lane["is_open"] == false && lane["outcome"] == "resolved", "{lane}");
            Ok(())
        })
        .await?;
        let file = world.ada.get(&at_home).await?;
        ensure!(lane(&file["case"], "home")?["is_open"] == true, "beta's own lane is its own: {file}");
        ensure!(world.maria.list(&cases).await?.iter().all(|case| case["closed_at"].is_string()));
        Ok(())
    }
}
