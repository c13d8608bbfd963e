"""French: how people say stop, no and yes. Lower case, without accents; `reply_words` says what each list is."""

_COURRIELS = r"(?:e ?mails?|mails?|courriels?|messages?|sms|newsletters?|publicites?|offres)"

STOPS = (
    "arret", "arreter", "desinscription", "desinscrire", "desabonner", "desabonnement", "stop svp",
    "plus de mails", "plus de sms", "plus de pub", "plus de pubs", "stop pub", "stop sms", "stop mail",
    "stop mails", "stop s'il vous plait", "me desabonner", "me desinscrire", "arretez", "stoppez",
    "stopper", "desinscription svp", "desabonnement svp",
)  # fmt: skip
REVOCATION = (
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
    r"m'oppos\w* (?:a|au|aux)\b|droit d'opposition\b",
    r"n'(?:ai|avons|avais) (?:jamais|rien|pas) (?:\w+ ){0,2}?(?:demande|sollicite|consenti|"
    r"inscrit\w*)\b|(?:ne me suis|me suis) jamais (?:inscrit|abonn)\w*",
    r"(?:merci|priere|veuillez|pourriez vous|pouvez vous|svp|prie|demande) (?:\w+ ){0,3}?(?:d'arreter|"
    r"arreter|cesser|(?:me |nous )?(?:retirer|desinscrire|desabonner)|(?:de )?ne plus|stopper)\b",
    r"inutile de (?:me|nous|m'|continuer)",
    r"(?:assez|ras le bol|marre|stop|stoppez|halte|fini) (?:a |aux? |a vos |avec |de |des |les |vos |"
    rf"ces )?(?:\w+ )?(?:{_COURRIELS}|pubs?|relances?|spams?|envois)\b",
    rf"^(?:svp |s'il vous plait |merci |bonjour )?plus (?:de |d'|aucune? )(?:{_COURRIELS}|pubs?|"
    r"relances?|spams?|communications?)\b",
    r"(?:retir|enlev|supprim|ray|effac|ot)\w* (?:moi|nous|mon|ma|mes|notre|nos|cette) (?:\w+ "
    r"){0,4}?(?:listes?|base|fichiers?|diffusion|donnees|newsletter|contacts|systeme|mailing|numero|"
    r"adresse|coordonnees)\b",
    r"(?:plus|pas) (?:entendre parler|avoir de (?:vos|nouvelles)|de nouvelles de)\b",
    r"(?:ne plus|de ne plus) (?:m'|me |nous |jamais )?(?:ecrire|contacter|envoyer|solliciter|relancer|"
    r"deranger|appeler|recevoir|etre)\b",
    r"(?:retir|revoqu|annul)\w* (?:\w+ )?(?:consentement|autorisation)\b",
    r"(?:c'est|est|pur|vos|votre|ce) (?:du |un )?spams?\b",
    r"cess\w+ (?:\w+ ){0,2}?(?:relances?|envois?|sollicitations?|messages?|courriels?|mails?)\b",
    rf"aucune? (?:autre )?(?:{_COURRIELS}|communication|relance|sollicitation)\b(?: \w+){{0,3}}? "
    r"(?:plus|avenir|merci|svp)?",
    rf"(?:veux|veut|souhaite|souhaitons|desire) plus (?:\w+ ){{0,3}}?(?:{_COURRIELS}|recevoir|pubs?|"
    r"relances?|etre contact\w*)\b",
    r"(?:cess\w*|arret\w*|interromp\w*|suspend\w*|stopp(?:e|er|ez)) (?:\w+ ){0,3}?(?:mails?|"
    r"courriels?|messages?|sms|"
    r"envois?|relances?|newsletters?|sollicitations?|demarchage|communications?|publicites?|appels?)\b",
)
NOES = (
    "non", "non merci", "pas interesse", "pas interessee", "jamais", "pas maintenant", "bof", "bof non",
    "sans facon", "non desole", "non desolee", "pas pour moi", "pas pour nous", "pas interesse merci",
    "pas pour le moment",
)  # fmt: skip
NEGATIVE = (
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
    r"(?:rest|gard|conserv)\w* (?:\w+ ){0,3}?(?:gratuit\w*|actuel\w*|formule|version|forfait|offre de "
    r"base)\b",
    r"(?:n'avons|n'ai|pas|sans|aucun) (?:\w+ ){0,2}?(?:le |de |du )?(?:budget|moyens|argent)\b",
    r"(?:correspond|convi|interess|apport|justifi)\w* (?:\w+ )?(?:pas|rien)\b|(?:sert|servira) (?:\w+ "
    r")?(?:pas|a rien)\b",
    r"declin\w*|refus\w*|(?:choisi|opte pour|pris|parti\w* (?:chez|avec)|trouve) (?:un |une )?autre\b|"
    r"concurren\w*",
    r"(?:bof|euh|ben|desole\w*) non\b|^non\b(?! (?:seulement|mais oui|problem|aucun probleme))",
    r"satisfait\w* (?:de|avec|par) (?:\w+ )|content\w* (?:de|avec) (?:\w+ )",
    r"(?:vois|voit|trouve|voyons) (?:pas|aucun\w*) (?:\w+ )?(?:l'|d')?(?:interet|utilite|valeur|"
    r"interess\w*)\b",
    r"(?:debit|prelev|factur)\w* (?:\w+ ){0,3}?(?:deux fois|a tort|double)\b",
    r"abuse\w*|exorbitant\w*|hors de prix|du vol\b|scandal\w*|arnaque\w*",
    r"peut etre (?:\w+ )?(?:plus tard|un jour|une autre fois|l'annee)\b|plus tard peut etre\b|pas le "
    r"(?:bon )?moment\b",
    r"(?:marche|fonctionne|repond|charge|s'ouvre)\w* (?:\w+ )?(?:pas|plus|jamais)\b|personne ne "
    r"(?:repond|m'aide|nous aide|me repond)\b",
    r"(?:repar|corrig|regl)\w* (?:\w+ ){0,4}?(?:d'abord|avant)\b",
    r"n'en (?:ai|avons) pas (?:besoin|l'utilite|envie)\b|(?:veux|souhaite|voulons|voudrais) pas\b|pas "
    r"(?:\w+ )?(?:interessant|adapte)\w*",
    r"suis pas (?:\w+ )?interesse\w*|ne suis (?:\w+ )?pas\b|pas (?:tres |vraiment )?(?:convaincu|"
    r"interesse)\w*",
    r"(?:donc|alors) non\b|trop petit\w*|(?:pas|rien) (?:fait )?pour (?:nous|moi)\b|laissons (?:\w+ "
    r"){0,3}?comme\b|reduis\w* (?:\w+ )?(?:couts|depenses)\b",
)
HARMLESS = (
    r"(?:pas de|aucun) (?:probleme|souci|soucis|erreur)\b",
    r"pas (?:mal|trop cher)\b",
    r"pourquoi pas\b",
    r"comment (?:\w+ )?(?:arreter|annuler|resilier|stopper)\b[^?]*\?",
    r"(?:politique|conditions|delai) de (?:rembours|resili|annul)\w*\b|pas de bugs?\b|erreur est corrigee\b",
)
YESES = (
    "oui", "d'accord", "avec plaisir", "volontiers", "parfait", "merci", "bien sur", "ca marche",
    "pourquoi pas", "ok", "je prends", "partant", "partante", "allons y", "on y va", "parfait on y va",
    "oui merci", "je suis partant", "je suis partante", "avec grand plaisir",
)  # fmt: skip
POSITIVE = (
    r"(?:oui|volontiers|avec plaisir|d'accord|parfait|super|genial|bonne idee|ca (?:a l'air|"
    r"semble) (?:bien|interessant\w*|super))\b",
    r"(?:m'|nous |)interesse\w*|(?:envoyez|appelez|rappelez) (?:moi|nous)\b",
    r"(?:voudrais|voulons|veux|souhaite|souhaitons|souhaiterais|aimerais|aimerions|voudrions|desire) "
    r"(?:\w+ ){0,2}?(?:passer|essayer|tester|commander|ajouter|acheter|souscrire|prendre|profiter|"
    r"activer|en savoir plus)\b",
    r"(?:tres|vivement|parait|semble|a l'air) (?:interessant|bien|super|top|genial|utile)\w*|dites? "
    r"(?:m'en|nous en)\b|m'en dire plus\b|en savoir (?:un peu )?plus\b",
    r"(?:ok|d'accord) pour\b|partant\w*\b|on (?:y va|fonce|prend|signe)\b|je (?:prends|signe|"
    r"valide)\b|preneu\w+|j'accepte\b|nous acceptons\b|(?:activez|lancez|basculez)\b",
    r"je veux bien\b|tombe (?:\w+ )?bien\b|exactement ce (?:que|qu')|justement (?:ca|ce que)\b|"
    r"(?:serait|sera) (?:\w+ ){0,3}?(?:utile|parfait|genial|top|super)\b",
    r"(?:envoyer|envoyez|faire|faites|etablir|m'envoyer) (?:\w+ ){0,2}?(?:devis|contrat|bon de "
    r"commande)\b|quand (?:pouvons|pourrions|peut) (?:\w+ )?(?:en parler|discuter|echanger)\b",
    r"convaincu\w*\b|(?:prochaine etape|quelle est la suite)\b|(?:ca|cela) (?:me|nous) (?:va|"
    r"convient)\b|allez y\b|(?:voudrions|voudrais|aimerions) (?:\w+ ){0,3}?de plus\b|quand peut on "
    r"commencer\b",
)
