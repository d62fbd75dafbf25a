//! Moderating, reporting, banning, objecting and keeping to oneself between whole servers: `alpha` has the group, `beta`
//! members of it; a third server, where there is one, is played by the test.

/// Makes of each scenario two tests: with alpha on SQLite and beta on PostgreSQL, and the other way round.
macro_rules! on_both_engines {
    ($(async fn $name:ident($alpha:ident: Engine) -> anyhow::Result<()> $body:block)+) => {
        $(async fn $name($alpha: guildhall_federation_tests::Engine) -> anyhow::Result<()> $body)+

        // Commands are waited for on the thread that runs them, and the third server answers meanwhile.
        mod alpha_on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() -> anyhow::Result<()> {
                    super::$name(guildhall_federation_tests::Engine::Sqlite).await
                }
            )+
        }

        mod alpha_on_postgresql {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() -> anyhow::Result<()> {
                    super::$name(guildhall_federation_tests::Engine::Postgres).await
                }
            )+
        }
    };
}

mod appeals;
mod bans;
mod moderators;
mod private_group;
mod reports;
mod third;
mod world;
