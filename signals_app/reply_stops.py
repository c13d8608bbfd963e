"""The words by which somebody asks for no more messages: lower case, without accents, in four languages.

English words of `STOPS` are those that Twilio obeys on long codes.
"""

import re

# As the whole message.
STOPS = frozenset(
    {
        *(
            "stop",
            "unsubscribe",
            "end",
            "quit",
            "stopall",
            "stop all",
            "revoke",
            "optout",
            "opt out",
            "cancel",
        ),
        *(
            "please stop",
            "stop please",
            "stop it",
            "remove",
            "remove me",
            "unsubscribe me",
            "please unsubscribe",
        ),
        *("stopp", "abmelden", "abbestellen", "austragen", "abmeldung", "bitte abmelden", "stop bitte"),
        *("arret", "arreter", "desinscription", "desinscrire", "desabonner", "desabonnement", "stop svp"),
        *("baja", "parar", "cancelar", "alto", "darse de baja", "cancelar suscripcion", "no mas"),
    }
)


def any_of(*patterns: str) -> re.Pattern[str]:
    """Each from the beginning of a word; the end is its own."""
    return re.compile("|".join(rf"\b(?:{pattern})" for pattern in patterns))


_CONTACTING = r"(?:text|messag|e ?mail|mail|contact|writ|send|call|spam|bother|pester|ping|notif)\w*"
_MESSAGES = r"(?:e ?mails?|mails?|texts?|messages?|sms|newsletters?|spam|notifications?|offers|promos?|promotions?|ads)"
_NACHRICHTEN = r"(?:e ?mails?|mails?|nachrichten|sms|werbung|werbemails?|newsletter|angebote|anrufe)"
_COURRIELS = r"(?:e ?mails?|mails?|courriels?|messages?|sms|newsletters?|publicites?|offres)"
_CORREOS = r"(?:e ?mails?|correos?|mensajes?|sms|boletin\w*|publicidad|ofertas)"

REVOCATION = any_of(
    rf"(?:stop|quit|cease) (?:\w+ ){{0,2}}?{_CONTACTING}\b",
    rf"stop (?:\w+ ){{0,3}}?{_MESSAGES}\b",
    rf"(?:don't|dont|do not|never|can you not) (?:ever |please |you )?{_CONTACTING} (?:to "
    rf")?(?:me|us|here|this|these|any|anything|again|anymore)\b",
    rf"no (?:more|further) (?:\w+ )?{_MESSAGES}\b",
    rf"(?:don't|dont|do not|no longer) (?:want|wish|like|need|care) (?:to )?(?:be |get |"
    rf"receive |hear )?(?:\w+ ){{0,3}}?(?:{_MESSAGES}|contacted|hear from|emailed|texted)\b",
    r"unsubscribe (?:me|us|my|this|from)\b",
    r"(?:want|like|wish|need|please|how (?:do|can) i|let me|try\w* to|still not) (?:to "
    r")?(?:be )?unsubscribed?\b(?! (?:a|an|one|my|our|some) )",
    r"(?:take|get) (?:me|us|my \w+|this \w+) off\b",
    r"remove (?:me|us|my (?:e ?mail|name|address|number|phone)\w*|this (?:e ?mail|address|"
    r"number)) ?(?:from|off|out|please|$|\w)",
    r"off (?:of )?(?:your|the|this|all) (?:\w+ )?lists?\b",
    r"opt(?:ing)? (?:me |us )?out\b",
    r"opt out (?:of|from|please)\b",
    r"be (?:removed|taken off|deleted) (?:from|off)?\b",
    r"leave me (?:alone|be|in peace)\b",
    r"lose my (?:number|e ?mail)\b",
    r"delete my (?:e ?mail|number|address|contact)\w*",
    r"(?:revoke|withdraw)\w* (?:my )?(?:consent|permission)\b",
    r"(?:this|it|that|your \w+) (?:is|looks like|are) (?:just |pure )?spam\b",
    r"(?:report\w*|mark\w*) (?:you |this |it )?(?:as |for )?spam\w*",
    r"(?:remove|delete|erase) (?:our|my|this) \w+ (?:from|off)\b",
    r"(?:don't|do not|never|didn't|did not) (?:\w+ )?consent\w*",
    # German
    r"nicht (?:mehr|laenger|langer|weiter) (?:zu |von \w+ )?(?:schreib|kontaktier|anschreib|"
    r"anruf|anzuschreib|mail|send|schick|zusend|zuschick|belastig|erhalten|bekommen|horen|"
    r"anzuruf)\w*",
    r"(?:schreib|kontaktier|ruf|schick|send|mail|belastig)\w* (?:sie |ihr )?(?:mir|mich|"
    r"uns) (?:bitte )?(?:nicht|nichts|nie|keine|bloss)\b",
    rf"(?<!habe )(?<!hab )keine? (?:weiteren? |mehr |solchen? |werbe)*{_NACHRICHTEN} (?:mehr|"
    rf"schick|send|zusend|von ihnen|von euch|erhalten|wunsch\w*)",
    rf"(?:mochte|will|wunsche|brauche) (?:ich )?(?:von \w+ )?keine? (?:weiteren? |mehr |"
    rf"solchen? )*{_NACHRICHTEN}\b",
    r"keinen? (?:weiteren )?kontakt (?:mehr|wunsch\w*|von)",
    r"(?:mich|uns) (?:bitte |sofort |umgehend )*(?:ab|aus|vom|von)(?: \w+){0,3}(?: abmelden|"
    r" austragen| streichen| loschen|zumelden|zutragen)\b",
    r"(?:melde\w*|trag\w*|streich\w*|nehm\w*|nimm|losch\w*) (?:sie )?(?:mich|uns|mein\w*) "
    r"(?:\w+ ){0,4}?(?:ab|aus|raus|heraus|vom|von|verteiler|adresse|nummer)\b",
    r"(?:mich|newsletter|mails?) (?:bitte )?(?:abmelden|abbestellen|austragen)\b",
    r"(?:aus|von) (?:dem|ihrem|eurem|ihrer|eurer|der|diesem) (?:\w+ )?(?:verteiler|"
    r"mailingliste|liste|kartei)\b",
    r"(?:lass\w*|lasst) (?:sie )?(?:mich|uns) (?:bitte |endlich )*in (?:ruhe|frieden)\b",
    r"(?:widerrufe|widerruf meiner|ziehe meine einwilligung)\b",
    r"(?:hor\w*) (?:sie |ihr )?(?:bitte |endlich )*(?:auf|damit auf)\b(?: mir| mit)?",
    r"unterlass\w* (?:sie )?(?:\w+ ){0,3}?" rf"{_NACHRICHTEN}\b",
    # French
    r"(?:desabonn|desinscri)\w+(?: moi|z moi)?",
    r"(?:ne|n') ?(?:m'|me |nous )(?:\w+ )?(?:ecri|contact|envoy|appel|derang|solicit|"
    r"sollicit|importun)\w* (?:plus|pas)\b",
    r"(?:ne|de) (?:plus|pas) (?:me |m'|nous |jamais )?(?:recevoir|etre contact\w*|ecrire|"
    r"contacter|envoyer|appeler|deranger|solliciter)\b",
    r"(?:ne )?(?:veux|souhaite|desire) (?:plus|pas) (?:de |vos |ces |aucun )?(?:\w+ "
    r")?(?:recevoir|mails?|courriels?|messages?|sms|publicites?|etre contact\w*)\b",
    r"(?:arretez?|cessez?) (?:de |d'|vos |ces |les |avec )(?:m'|me |nous )?\w+",
    rf"plus (?:aucun|jamais) (?:de )?{_COURRIELS}\b",
    r"(?:retir\w*|enlev\w*|supprim\w*|ray\w*|effac\w*) (?:moi|nous|mon (?:adresse|numero|e "
    r"?mail|mail|nom)|mes coordonnees)\b",
    r"(?:me|m'|nous) (?:retirer|enlever|supprimer|rayer|desinscrire) d\w*\b",
    r"(?:laissez?|fichez) (?:moi|nous) (?:tranquille|en paix|la paix)\b",
    r"(?:retire|revoque) mon consentement\b",
    rf"(?:veux|souhaite|desire) plus (?:de |d')?(?:vos |ces |recevoir )*{_COURRIELS}\b",
    # Spanish
    r"(?:dar(?:me|nos)|denme|deme|dame|dadme) de baja\b",
    r"(?:quiero|solicito|deseo|pido) (?:la |mi |darme de )?baja\b",
    r"no (?:me |nos )?(?:escrib|contact|envi|llam|mand|molest|moleste)\w* (?:mas|nunca|"
    r"ningun\w*|otra)\b",
    rf"no (?:quiero|deseo|necesito) (?:recibir |seguir recibiendo |mas |que me )+(?:\w+ "
    rf")?(?:{_CORREOS}|escrib\w*|contact\w*|llam\w*|nada)?",
    r"(?:dejen?|deja|pare\w*) (?:ya )?de (?:escrib|envi|mand|contact|llam|molest)\w*",
    rf"no mas {_CORREOS}\b",
    r"(?:borr\w+|elimin\w+|quit\w+) (?:me\b|mi (?:correo|numero|direccion|e ?mail|telefono)|"
    r"mis datos)",
    r"(?:quiten|saquen|eliminen|borren)me\b",
    r"no (?:me|nos) vuelv\w+ a (?:escrib|contact|envi|llam|mand|molest)\w*",
    r"(?:elimin|borr|quit|sac)\w*(?:me|nos) (?:de|por)\b",
    r"(?:retiro|revoco) mi consentimiento\b",
)
# They ask how their own customers do it, or that a message did not come.
NOT_ABOUT_MAIL = any_of(
    r"(?:my|our|their|a|the) (?:customers?|clients?|users?|subscribers?|contacts?|"
    r"recipients?) (?:to )?(?:can |could )?(?:unsubscribe|opt out)",
    r"unsubscribe (?:link|page|button|rate)s?\b.*\b(?:my|our) (?:campaign|newsletter|"
    r"customers?|users?)",
)
