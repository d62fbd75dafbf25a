//! Which of our crates may use which: the table of ARCHITECTURE.md as a check, and the words that must stay
//! inside one crate.

mod table;
mod words;

use anyhow::bail;

use crate::workspace::Workspace;

/// Fails with one line for every arrow that points the wrong way and every word in the wrong crate.
pub(crate) fn check() -> anyhow::Result<()> {
    let workspace = Workspace::read()?;
    let mut broken = table::broken_arrows(&workspace.packages, table::ARROWS);
    broken.extend(table::foreign_crates_out_of_place(&workspace.packages));
    for package in &workspace.packages {
        broken.extend(words::out_of_place(package)?);
    }
    if !broken.is_empty() {
        bail!("{} arrows point the wrong way (ARCHITECTURE.md):\n  {}", broken.len(), broken.join("\n  "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arrows_of_this_workspace_point_one_way() {
        super::check().unwrap();
    }
}
