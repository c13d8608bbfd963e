"""The words of a no and of a yes: lower case, without accents, in English, German, French and Spanish."""

from signals_app.reply_stops import any_of

NOES = frozenset(
    {
        *(
            "no",
            "nope",
            "nah",
            "no no",
            "no way",
            "never",
            "pass",
            "not now",
            "not today",
            "not really",
            "not for me",
        ),
        *("nein", "ne", "nee", "nein danke", "kein interesse", "kein bedarf", "niemals", "jetzt nicht"),
        *("non", "non merci", "pas interesse", "pas interessee", "jamais", "pas maintenant"),
        *("no gracias", "nunca", "para nada", "ahora no", "no me interesa"),
    }
)
NEGATIVE = any_of(
    r"no,? (?:thanks|thank you|thx|thankyou|ty)\b",
    r"(?:not|no longer|isn't|aren't|never been|neither) (?:\w+ ){0,2}?interested\b",
    r"(?:no|zero|little) (?:\w+ )?(?:interest|need|use)\b",
    r"(?:don't|dont|do not|doesn't|won't|will not|wont) (?:\w+ )?(?:need|want|like|care|"
    r"plan|intend|upgrade|buy|pay)\b",
    r"(?:not|isn't) (?:for|a fit for|the right fit for|relevant (?:for|to)) (?:me|us)\b",
    r"(?:not|isn't) (?:now|right now|at this time|at the moment|relevant|needed|necessary|"
    r"helpful|useful|happy|satisfied|acceptable|a good (?:time|fit))\b",
    r"(?:too|way too|so|very) (?:expensive|pricey|costly|pushy|many (?:e ?mails?|messages?|"
    r"texts?|prompts?|popups?))\b",
    r"(?:is|are|it's|seems?|got|been|still|keeps?|completely|totally) (?:\w+ )?(?:broken|"
    r"down|crashing|failing|unusable|useless|buggy)\b",
    r"(?:doesn't|does not|don't|do not|not|isn't|never|won't|stopped|can't|cannot) (?:even "
    r")?(?:work\w*|load\w*|open\w*|log in|login|export|function\w*)\b",
    r"(?:a|the|another|this|same|annoying|have|with|nasty|found) (?:\w+ )?(?:bugs?|"
    r"crash(?:es)?|outage|errors?|error message)\b",
    r"(?:crash\w*|fails|failed|failing) (?:every|all|again|when|on|with|to|for|constantly)\b",
    r"(?:terrible|horrible|awful|annoy\w*|angry|furious|unacceptable|disappoint\w*|"
    r"frustrat\w*|useless|garbage|rubbish|ridiculous|waste|worst|sick of|tired of|fed up|"
    r"hate|scam|unhappy|dissatisf\w*|complain\w*|lousy)\b",
    r"(?:refund|money back|charged (?:me )?twice|overcharged|double charged|wrong invoice|"
    r"chargeback)\b",
    r"(?:cancel|cancelling|canceling|terminate|close|end) (?:my|our|the|this) (?:\w+ "
    r")?(?:subscription|account|plan|contract|trial)\b",
    r"(?:switch\w*|mov\w*|go\w*|went|stay\w*) (?:to|with) (?:a|another|your|the) (?:\w+ "
    r")?(?:competitor|vendor|tool)\b",
    r"(?:we're|we are|i'm|i am) (?:all )?(?:set|good|covered|fine)\b",
    r"(?:no|not any|without) (?:\w+ )?budget\b",
    r"happy with (?:our|my|the|what) (?:\w+ )?\w+",
    r"(?:go away|get lost|shut up|piss off|fuck\w*|bullshit)\b",
    r"maybe (?:later|another time|next (?:year|quarter))\b",
    r"(?:already|currently) (?:use|have|using|with|on|went) (?:something|someone|another|a different|other)\b",
    r"(?:not|isn't|aren't) (?:what|something) (?:we|i)\b",
    r"(?:don't|do not|can't|cannot) (?:really )?see (?:the|any|a|why)\b",
    r"(?:we'll|we will|i'll|i will|going to|have to|gonna) (?:have to )?(?:pass|decline)\b",
    r"(?:is|are|very|really|too|so|super|extremely) slow\b",
    r"nobody (?:helps?|answers?|replies|responds?|cares?)\b",
    # German
    r"(?:kein|keinerlei|null|nicht das geringste) (?:\w+ )?(?:interesse|bedarf|geld|budget|"
    r"verwendung)\b",
    r"nein,? danke\b",
    r"(?:nicht|nie) (?:\w+ )?(?:interess\w*|zufrieden|hilfreich|relevant|notig|akzeptabel)\b",
    r"(?:brauch\w*|mocht\w*|will|wollen|benotig\w*) (?:ich |wir |das |es |dies )*(?:derzeit "
    r"|aktuell |momentan |wirklich )*(?:nicht|keine?n?)\b",
    r"(?:viel |einfach |mir |uns )?zu teuer\b",
    r"(?:funktionier\w*|geht|lauft|klappt|ladt) (?:\w+ )?(?:nicht|nichts|nie|schon wieder nicht)\b",
    r"(?:kaputt|fehlermeldung|absturz|sturzt ab|abgesturzt|fehlerhaft|defekt)\b",
    r"(?:nerv\w*|argerlich|schrecklich|unverschamt\w*|enttausch\w*|frech\w*|beschwer\w*|"
    r"unbrauchbar|schlecht\w*|katastroph\w*|belastigung|zumutung|mist)\b",
    r"(?:geld zuruck|ruckerstattung|falsch abgerechnet|doppelt abgebucht|kundig\w*)\b",
    r"(?:jetzt|momentan|derzeit|aktuell|zurzeit|gerade) (?:leider )?(?:nicht|kein\w*)\b",
    r"(?:leider|lieber|doch) (?:nein|nicht)\b",
    r"(?:passt|ist|kommt|lohnt sich) (?:\w+ ){0,3}?nicht\b",
    # French
    r"non,? merci\b",
    r"(?:pas|plus|aucunement|guere) (?:\w+ )?(?:interesse\w*|besoin|utile|pertinent|"
    r"content\w*|satisfait\w*|l'intention)\b",
    r"(?:aucun|aucune|pas d') ?(?:interet|besoin|utilite)\b",
    r"(?:ne|n') ?(?:m')?(?:interesse|veux|souhaite|fonctionne|marche|charge|s'ouvre)\w* "
    r"(?:vraiment |toujours )?(?:pas|plus|rien)\b",
    r"(?:trop|beaucoup trop) (?:cher\w*|de (?:mails?|messages?|publicite))\b",
    r"(?:en panne|casse\w*|plante\w*|bogue\w*|bug\w*|erreurs?|inutilisable)\b",
    r"(?:inadmissible|inacceptable|enerv\w*|agac\w*|decu\w*|nul|nulle|honteux|arnaque|"
    r"plainte|mecontent\w*|marre|horrible|scandaleux)\b",
    r"(?:rembours\w*|facture deux fois|resili\w*|annuler mon (?:abonnement|compte))\b",
    r"pas (?:maintenant|pour (?:moi|nous|le moment|l'instant))\b",
    r"(?:merci )?mais non\b",
    r"pas pour (?:nous|moi)\b",
    # Spanish
    r"no,? (?:muchas )?gracias\b",
    r"no (?:me|nos|le) (?:\w+ )?(?:interesa\w*|gusta\w*|sirve\w*|hace falta|funciona\w*|"
    r"convence)\b",
    r"no (?:\w+ )?(?:funciona\w*|carga|abre|necesit\w*|quier\w*|queremos|interesad\w*|estoy "
    r"(?:content\w*|interesad\w*|satisfech\w*))\b",
    r"(?:sin|ningun|cero) (?:interes|necesidad)\b",
    r"(?:desastre|nada (?:funciona|sirve)|no lo (?:necesit|quier)\w*)",
    r"(?:demasiado|muy|tan) (?:car[oa]s?|pesad[oa]s?)\b",
    r"(?:roto|rota|averiad\w*|caid[oa]|fallo|falla|fallando|error(?:es)?|inutil|inservible)\b",
    r"(?:terrible|horrible|pesimo|molest\w*|enfadad\w*|enojad\w*|inaceptable|decepcion\w*|"
    r"vergüenza|verguenza|estafa|queja|hart[oa]|fatal|basura)\b",
    r"(?:reembols\w*|devolucion|cobrado dos veces|cancelar mi (?:suscripcion|cuenta|plan))\b",
    r"(?:ahora|por ahora|de momento|por el momento) no\b",
)
# What sounds like a no and is none.
HARMLESS = any_of(
    r"no (?:problem|worries|issues?|complaints?|rush|doubt|idea|brainer|errors?|bugs?)\b(?: "
    r"at all)?",
    r"(?:not|isn't) (?:bad|a problem|an issue|sure|expensive|broken|too expensive)\b",
    r"can'?t (?:complain|wait)\b",
    r"(?:doesn't|does not) (?:hurt|matter)\b",
    r"(?:don't|do not|dont) (?:want|like) to miss\b",
    r"why (?:not|don't we)\b",
    r"if (?:it|this|that|we|i) (?:doesn't|does not|don't|do not|isn't)[^?]*",
    r"(?:kein|keine) (?:problem|sorge|frage|thema|fehler)\b",
    r"nicht (?:schlecht|zu teuer|kaputt)\b",
    r"warum nicht\b",
    r"(?:pas de|aucun) (?:probleme|souci|soucis|erreur)\b",
    r"pas (?:mal|trop cher)\b",
    r"pourquoi pas\b",
    r"(?:sin|no hay|ningun) (?:problema|error|fallo)s?\b",
    r"no (?:esta|es) (?:nada )?(?:mal|caro|roto)\b",
    r"por que no\b",
)

YESES = frozenset(
    {
        *(
            "yes",
            "yep",
            "yeah",
            "yup",
            "sure",
            "ok",
            "okay",
            "y",
            "yes please",
            "of course",
            "absolutely",
            "why not",
        ),
        *(
            "definitely",
            "great",
            "perfect",
            "thanks",
            "thank you",
            "cool",
            "awesome",
            "interested",
            "deal",
            "done",
        ),
        *(
            "ja",
            "ja bitte",
            "ja gerne",
            "gerne",
            "gern",
            "klar",
            "super",
            "danke",
            "vielen dank",
            "perfekt",
            "jawohl",
        ),
        *(
            "oui",
            "d'accord",
            "avec plaisir",
            "volontiers",
            "parfait",
            "merci",
            "bien sur",
            "ca marche",
            "pourquoi pas",
        ),
        *(
            "si",
            "si por favor",
            "claro",
            "vale",
            "de acuerdo",
            "perfecto",
            "gracias",
            "genial",
            "por supuesto",
        ),
    }
)
POSITIVE = any_of(
    r"(?:yes|yeah|yep|sure|absolutely|definitely|of course)\b",
    r"(?:i'm|i am|we're|we are|am|are|very|quite|definitely|really|be) (?:\w+ "
    r")?(?:interested|keen|in\b|sold|ready|excited)",
    r"(?:sounds|looks|is|that's|this is) (?:\w+ )?(?:good|great|perfect|interesting|awesome|"
    r"fantastic|amazing|useful|helpful)\b",
    r"(?:i'd|we'd|i would|we would|would) (?:love|like|be happy) (?:to|a|that|it|some)\b",
    r"(?:would|will|'d) be (?:\w+ )?(?:great|good|wonderful|perfect|lovely|helpful|nice)\b",
    r"happy to (?:chat|talk|meet|discuss|try|hear)\b",
    r"(?:let's|lets) (?:do|talk|chat|go|schedule|set|try)\b",
    r"(?:please |do |can you )?(?:send|share|give|tell|call|book|schedule|sign|set) (?:me|"
    r"us) (?:\w+ )?(?:more|up|details|info\w*|the (?:details|link|offer)|a (?:call|demo|"
    r"quote|link|meeting)|back|tomorrow|today|on|at)\b",
    r"(?:love|loving|thrilled|can't wait|cant wait|looking forward)\b",
    r"(?:want|like|ready|go ahead) (?:to |with )?(?:upgrade|try|buy|order|the upgrade|this|it)\b",
    # German
    r"(?:ja|gerne|gern|klingt (?:\w+ )?(?:gut|super|interessant|spannend)|hort sich (?:\w+ "
    r")?gut an|freue mich|perfekt|prima|toll\w*|super|hilft (?:mir|uns))\b",
    r"(?:interessier\w*|interesse an|bin dabei|sind dabei|rufen sie mich|ruft mich|schicken "
    r"sie mir|schick mir|melden sie sich)\b",
    # French
    r"(?:oui|volontiers|avec plaisir|d'accord|parfait|super|genial|bonne idee|ca (?:a l'air|"
    r"semble) (?:bien|interessant\w*|super))\b",
    r"(?:m'|nous |)interesse\w*|(?:envoyez|appelez|rappelez) (?:moi|nous)\b",
    # Spanish
    r"(?:si|claro|perfecto|genial|vale|de acuerdo|encantad[oa]|me parece (?:bien|genial)|hablemos|"
    r"excelente|estupendo|suena "
    r"(?:bien|genial|interesante))\b",
    r"(?:me|nos) (?:interesa\w*|encanta\w*|gusta\w*|gustaria)|(?:llamenme|llameme|envieme|"
    r"envienme|mandame|mandenme)\b",
)
# A question or a condition is for a human, however friendly it is.
NOT_YET = any_of(r"(?:is it|is this|are you|are we|do you|does it|can i|could i) (?:sure|interested|ready)\b")
