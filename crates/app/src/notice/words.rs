//! What notices say, in the languages that there are words for. `{…}` is filled in by [`Words::say`].

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    RefusedPost,
    RefusedEdit,
    RefusedJoin,
    Held,
    AskChange,
    Admitted,
    AdmittedJoin,
    Removed,
    Restored,
    Moved,
    Locked,
    Unlocked,
    Featured,
    Unfeatured,
    Limited,
    Unlimited,
    Sensitive,
    NotSensitive,
    Banned,
    Unbanned,
    Muted,
    Unmuted,
    Probation,
    ProbationOver,
    Warned,
    WarnedFor,
    Appointed,
    AppointedHelper,
    AppointedOwner,
    Dismissed,
    DismissedHelper,
    DismissedOwner,
    Granted,
    Withdrawn,
    /// To those who look after a group.
    NewOwner,
    /// To those who run the instance: a group is theirs to look after.
    InCare,
    /// And whom it has seen most of.
    Proposed,
    /// To who led a group that nobody follows in.
    LeftInCare,
    /// After a ban.
    ContentToo,
    Rule,
    Until,
    /// It ended by itself.
    Ended,
    ByName,
    ByModerators,
    ByRule,
    ByAdmins,
    /// Where a notice is read here.
    AppealHere,
    /// Where it came as a message.
    AppealByReply,
    Upheld,
    Reversed,
    /// After that: it changed nothing more.
    NothingLeft,
    /// After that: what was refused is not there any more.
    SendAgain,
    Changed,
    /// To moderators: somebody appeals.
    Appealed,
    /// To moderators: a rule fitted.
    RuleFitted,
    /// And more often.
    RuleFittedMore,
    /// The whole instance, in place of a group's title.
    ThisServer,
}

/// A language that there are words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words(usize);

impl Words {
    /// Of a language tag; English where there are no words for it.
    pub(super) fn of(language: Option<&str>) -> Self {
        let primary = language.and_then(|tag| tag.split('-').next()).unwrap_or_default();
        Self(match primary.to_ascii_lowercase().as_str() {
            "fr" => 1,
            "it" => 2,
            // The old code of Hebrew is still in use.
            "he" | "iw" => 3,
            _ => 0,
        })
    }

    /// A phrase with its gaps filled in: `{name}` by the text given for `name`. What is filled in is not looked at again.
    pub(super) fn say(self, phrase: Phrase, gaps: &[(&str, &str)]) -> String {
        let mut said = String::new();
        let mut rest = phrase.in_all()[self.0];
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let filled = gaps.iter().find(|(gap, _)| *gap == name).map(|(_, text)| *text);
            said.push_str(filled.unwrap_or_default());
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

impl Phrase {
    /// In English, French, Italian and Hebrew.
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn in_all(self) -> [&'static str; 4] {
        match self {
            Self::RefusedPost => [
                "Your post in {group} was not accepted",
                "Votre publication dans {group} n’a pas été acceptée",
                "Il tuo messaggio in {group} non è stato accettato",
                "ההודעה שלך ב{group} לא התקבלה",
            ],
            Self::RefusedEdit => [
                "Your edit in {group} was not accepted",
                "Votre modification dans {group} n’a pas été acceptée",
                "La tua modifica in {group} non è stata accettata",
                "העריכה שלך ב{group} לא התקבלה",
            ],
            Self::RefusedJoin => [
                "Your request to join {group} was declined",
                "Votre demande d’adhésion à {group} a été refusée",
                "La tua richiesta di entrare in {group} è stata rifiutata",
                "הבקשה שלך להצטרף ל{group} נדחתה",
            ],
            Self::Held => [
                "“{title}” in {group} waits for a moderator",
                "« {title} » dans {group} attend l’avis d’un modérateur",
                "“{title}” in {group} attende un moderatore",
                "״{title}״ ב{group} ממתין למנהל הקבוצה",
            ],
            Self::AskChange => [
                "“{title}” in {group} waits until you have changed it",
                "« {title} » dans {group} attend que vous le modifiiez",
                "“{title}” in {group} attende che tu lo modifichi",
                "״{title}״ ב{group} ממתין לתיקון שלך",
            ],
            Self::Admitted => [
                "“{title}” was let into {group}",
                "« {title} » a été accepté dans {group}",
                "“{title}” è stato accettato in {group}",
                "״{title}״ התקבל ב{group}",
            ],
            Self::AdmittedJoin => [
                "You are a member of {group} now",
                "Vous êtes maintenant membre de {group}",
                "Ora fai parte di {group}",
                "הצטרפת ל{group}",
            ],
            Self::Removed => [
                "“{title}” was removed from {group}",
                "« {title} » a été retiré de {group}",
                "“{title}” è stato rimosso da {group}",
                "״{title}״ הוסר מ{group}",
            ],
            Self::Restored => [
                "“{title}” is back in {group}",
                "« {title} » est de retour dans {group}",
                "“{title}” è di nuovo in {group}",
                "״{title}״ הוחזר ל{group}",
            ],
            Self::Moved => [
                "“{title}” was moved out of {group}, to another group",
                "« {title} » a été déplacé de {group} vers un autre groupe",
                "“{title}” è stato spostato da {group} in un altro gruppo",
                "״{title}״ הועבר מ{group} לקבוצה אחרת",
            ],
            Self::Locked => [
                "“{title}” in {group} takes no more replies",
                "« {title} » dans {group} n’accepte plus de réponses",
                "“{title}” in {group} non accetta più risposte",
                "״{title}״ ב{group} ננעל לתגובות",
            ],
            Self::Unlocked => [
                "“{title}” in {group} takes replies again",
                "« {title} » dans {group} accepte de nouveau des réponses",
                "“{title}” in {group} accetta di nuovo risposte",
                "״{title}״ ב{group} נפתח שוב לתגובות",
            ],
            Self::Featured => [
                "“{title}” is shown first in {group}",
                "« {title} » est mis en avant dans {group}",
                "“{title}” è in evidenza in {group}",
                "״{title}״ מוצג ראשון ב{group}",
            ],
            Self::Unfeatured => [
                "“{title}” is no longer shown first in {group}",
                "« {title} » n’est plus mis en avant dans {group}",
                "“{title}” non è più in evidenza in {group}",
                "״{title}״ כבר לא מוצג ראשון ב{group}",
            ],
            Self::Limited => [
                "“{title}” is no longer listed in {group}; who has its address can read it",
                "« {title} » n’est plus listé dans {group} ; il reste lisible à son adresse",
                "“{title}” non compare più negli elenchi di {group}; chi ha l’indirizzo può leggerlo",
                "״{title}״ לא מופיע עוד ברשימות של {group}; אפשר לקרוא אותו לפי הכתובת",
            ],
            Self::Unlimited => [
                "“{title}” is listed in {group} again",
                "« {title} » est de nouveau listé dans {group}",
                "“{title}” compare di nuovo negli elenchi di {group}",
                "״{title}״ מופיע שוב ברשימות של {group}",
            ],
            Self::Sensitive => [
                "“{title}” in {group} is shown behind a warning",
                "« {title} » dans {group} est affiché derrière un avertissement",
                "“{title}” in {group} è mostrato dietro un avviso",
                "״{title}״ ב{group} מוצג מאחורי אזהרה",
            ],
            Self::NotSensitive => [
                "“{title}” in {group} is shown without a warning again",
                "« {title} » dans {group} n’est plus affiché derrière un avertissement",
                "“{title}” in {group} non è più dietro un avviso",
                "״{title}״ ב{group} מוצג שוב בלי אזהרה",
            ],
            Self::Banned => [
                "You are banned from {group}",
                "Vous êtes banni de {group}",
                "Sei stato bandito da {group}",
                "נחסמת מ{group}",
            ],
            Self::Unbanned => [
                "You are no longer banned from {group}",
                "Vous n’êtes plus banni de {group}",
                "Non sei più bandito da {group}",
                "החסימה שלך מ{group} הוסרה",
            ],
            Self::Muted => [
                "You cannot post or vote in {group} at the moment",
                "Vous ne pouvez ni publier ni voter dans {group} pour le moment",
                "Al momento non puoi scrivere né votare in {group}",
                "אין באפשרותך לכתוב או להצביע ב{group} כרגע",
            ],
            Self::Unmuted => [
                "You can post and vote in {group} again",
                "Vous pouvez de nouveau publier et voter dans {group}",
                "Puoi di nuovo scrivere e votare in {group}",
                "באפשרותך שוב לכתוב ולהצביע ב{group}",
            ],
            Self::Probation => [
                "What you write in {group} waits for a moderator",
                "Ce que vous écrivez dans {group} attend l’avis d’un modérateur",
                "Quello che scrivi in {group} attende un moderatore",
                "כל מה שתכתבו ב{group} ימתין למנהל הקבוצה",
            ],
            Self::ProbationOver => [
                "What you write in {group} no longer waits for a moderator",
                "Ce que vous écrivez dans {group} n’attend plus l’avis d’un modérateur",
                "Quello che scrivi in {group} non attende più un moderatore",
                "מה שתכתבו ב{group} כבר לא ימתין למנהל הקבוצה",
            ],
            Self::Warned => [
                "The moderators of {group} warn you",
                "Les modérateurs de {group} vous avertissent",
                "I moderatori di {group} ti avvertono",
                "מנהלי {group} מזהירים אותך",
            ],
            Self::WarnedFor => [
                "The moderators of {group} warn you because of “{title}”",
                "Les modérateurs de {group} vous avertissent à cause de « {title} »",
                "I moderatori di {group} ti avvertono per “{title}”",
                "מנהלי {group} מזהירים אותך בגלל ״{title}״",
            ],
            Self::Appointed => [
                "You are a moderator of {group} now",
                "Vous êtes maintenant modérateur de {group}",
                "Ora sei moderatore di {group}",
                "מונית לניהול {group}",
            ],
            Self::Dismissed => [
                "You are no longer a moderator of {group}",
                "Vous n’êtes plus modérateur de {group}",
                "Non sei più moderatore di {group}",
                "תפקיד הניהול שלך ב{group} הסתיים",
            ],
            Self::AppointedHelper => [
                "You help the moderators of {group} now",
                "Vous aidez maintenant les modérateurs de {group}",
                "Ora aiuti i moderatori di {group}",
                "מונית לסייע למנהלי {group}",
            ],
            Self::AppointedOwner => [
                "You are the owner of {group} now",
                "Vous êtes maintenant responsable de {group}",
                "Ora sei responsabile di {group}",
                "קיבלת את האחריות על {group}",
            ],
            Self::DismissedHelper => [
                "You no longer help the moderators of {group}",
                "Vous n’aidez plus les modérateurs de {group}",
                "Non aiuti più i moderatori di {group}",
                "הסיוע שלך למנהלי {group} הסתיים",
            ],
            Self::DismissedOwner => [
                "You are no longer an owner of {group}",
                "Vous n’êtes plus responsable de {group}",
                "Non sei più responsabile di {group}",
                "האחריות שלך על {group} הסתיימה",
            ],
            Self::Granted => [
                "You have the permission “{permission}” in {group} now",
                "Vous avez maintenant la permission « {permission} » dans {group}",
                "Ora hai il permesso “{permission}” in {group}",
                "קיבלת את ההרשאה ״{permission}״ ב{group}",
            ],
            Self::Withdrawn => [
                "You no longer have the permission “{permission}” in {group}",
                "Vous n’avez plus la permission « {permission} » dans {group}",
                "Non hai più il permesso “{permission}” in {group}",
                "ההרשאה ״{permission}״ ב{group} נלקחה ממך",
            ],
            Self::NewOwner => [
                "@{name} is the owner of {group} now.",
                "@{name} est maintenant responsable de {group}.",
                "@{name} è ora responsabile di {group}.",
                "@{name} אחראי עכשיו על {group}.",
            ],
            Self::InCare => [
                "Nobody is left to lead {group}: it is in your care, until you make somebody its owner.",
                "Plus personne ne dirige {group} : il est sous votre garde, jusqu’à ce que vous lui donniez un responsable.",
                "Nessuno guida più {group}: è affidato a voi, finché non gli date un responsabile.",
                "לא נשאר מי שינהל את {group}: הקבוצה באחריותכם עד שתמנו לה אחראי.",
            ],
            Self::Proposed => [
                "It has seen most of: {names}.",
                "Les plus présents sont : {names}.",
                "I più presenti sono: {names}.",
                "הפעילים ביותר בה: {names}.",
            ],
            Self::LeftInCare => [
                "{group} is looked after by those who run its server now.",
                "{group} est maintenant sous la garde des responsables de son serveur.",
                "{group} è ora affidato a chi gestisce il suo server.",
                "{group} נמצאת עכשיו באחריות מפעילי השרת שלה.",
            ],
            Self::ContentToo => [
                "What you wrote there is removed too.",
                "Ce que vous y avez écrit est aussi retiré.",
                "Anche quello che vi hai scritto è rimosso.",
                "גם מה שכתבת שם הוסר.",
            ],
            Self::Rule => [
                "Rule {number}: {title}",
                "Règle {number} : {title}",
                "Regola {number}: {title}",
                "כלל {number}: {title}",
            ],
            Self::Until => ["Until {date}.", "Jusqu’au {date}.", "Fino al {date}.", "עד {date}."],
            Self::Ended => [
                "The time that was set for it is over.",
                "La durée prévue est écoulée.",
                "Il tempo stabilito è finito.",
                "הזמן שנקבע לכך תם.",
            ],
            Self::ByName => {
                ["Decided by {name}.", "Décidé par {name}.", "Deciso da {name}.", "הוחלט על ידי {name}."]
            }
            Self::ByModerators => [
                "Decided by the moderators.",
                "Décidé par les modérateurs.",
                "Deciso dai moderatori.",
                "הוחלט על ידי המנהלים.",
            ],
            Self::ByRule => [
                "Decided automatically, by a rule.",
                "Décidé automatiquement, par une règle.",
                "Deciso automaticamente, da una regola.",
                "הוחלט אוטומטית, לפי כלל.",
            ],
            Self::ByAdmins => [
                "Decided by those who run this server.",
                "Décidé par les responsables de ce serveur.",
                "Deciso da chi gestisce questo server.",
                "הוחלט על ידי מפעילי השרת.",
            ],
            Self::AppealHere => [
                "If you think this is wrong, you can appeal here until {date}.",
                "Si vous pensez que c’est une erreur, vous pouvez faire appel ici jusqu’au {date}.",
                "Se pensi che sia un errore, puoi fare ricorso qui fino al {date}.",
                "אם לדעתך זו טעות, אפשר לערער כאן עד {date}.",
            ],
            Self::AppealByReply => [
                "If you think this is wrong, reply to this message until {date}: that is an appeal.",
                "Si vous pensez que c’est une erreur, répondez à ce message jusqu’au {date} : c’est un appel.",
                "Se pensi che sia un errore, rispondi a questo messaggio fino al {date}: vale come ricorso.",
                "אם לדעתך זו טעות, אפשר להשיב להודעה זו עד {date}: התשובה היא ערעור.",
            ],
            Self::Upheld => [
                "Your appeal was looked at, and the decision stands: {reason}",
                "Votre appel a été examiné et la décision est maintenue : {reason}",
                "Il tuo ricorso è stato esaminato e la decisione resta: {reason}",
                "הערעור שלך נבדק וההחלטה נשארת: {reason}",
            ],
            Self::Reversed => [
                "Your appeal was looked at, and the decision is taken back: {reason}",
                "Votre appel a été examiné et la décision est annulée : {reason}",
                "Il tuo ricorso è stato esaminato e la decisione è annullata: {reason}",
                "הערעור שלך נבדק וההחלטה בוטלה: {reason}",
            ],
            Self::NothingLeft => [
                "Nothing else changes: it did not hold any more, or something newer has taken its place.",
                "Rien d’autre ne change : elle n’avait plus d’effet, ou une autre l’a remplacée.",
                "Non cambia altro: non aveva più effetto, o un’altra ne ha preso il posto.",
                "מעבר לכך דבר לא משתנה: היא כבר לא הייתה בתוקף, או שהחלטה חדשה באה במקומה.",
            ],
            Self::SendAgain => [
                "What was refused was not kept: please send it once more.",
                "Ce qui avait été refusé n’a pas été conservé : veuillez l’envoyer de nouveau.",
                "Ciò che era stato rifiutato non è stato conservato: invialo di nuovo.",
                "מה שנדחה לא נשמר: יש לשלוח אותו שוב.",
            ],
            Self::Changed => [
                "Your appeal was looked at, and the decision is changed: {reason}",
                "Votre appel a été examiné et la décision est modifiée : {reason}",
                "Il tuo ricorso è stato esaminato e la decisione è cambiata: {reason}",
                "הערעור שלך נבדק וההחלטה שונתה: {reason}",
            ],
            Self::Appealed => [
                "@{name} appeals against a decision in {group}: {text}",
                "@{name} fait appel d’une décision dans {group} : {text}",
                "@{name} fa ricorso contro una decisione in {group}: {text}",
                "@{name} מערער על החלטה ב{group}: {text}",
            ],
            Self::RuleFitted => [
                "The rule “{rule}” of {group} fitted: {title}",
                "La règle « {rule} » de {group} s’est appliquée : {title}",
                "La regola “{rule}” di {group} ha trovato: {title}",
                "הכלל ״{rule}״ של {group} התאים: {title}",
            ],
            Self::RuleFittedMore => [
                "The rule “{rule}” of {group} fitted {count} times more since the last message.",
                "La règle « {rule} » de {group} s’est appliquée encore {count} fois depuis le dernier message.",
                "La regola “{rule}” di {group} ha trovato altre {count} volte dall’ultimo messaggio.",
                "הכלל ״{rule}״ של {group} התאים עוד {count} פעמים מאז ההודעה האחרונה.",
            ],
            Self::ThisServer => ["this server", "ce serveur", "questo server", "השרת הזה"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once_and_languages_fall_back_to_english() {
        let gaps = [("group", "{title}"), ("title", "Tulips")];
        assert_eq!(Words::of(Some("de")).say(Phrase::Removed, &gaps), "“Tulips” was removed from {title}");
        assert_eq!(Words::of(Some("fr-CA")).say(Phrase::ThisServer, &[]), "ce serveur");
        assert_eq!(Words::of(Some("iw")), Words::of(Some("he")));
        assert_eq!(Words::of(None), Words::of(Some("en")));
    }
}
