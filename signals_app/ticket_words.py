"""The words by which a ticket says that something is wrong, in English, German, French and Spanish.

Lower case, without accents; all of them are asked of every sentence. `PROBLEMS`, each from the beginning of a word:
bugs, outages, money taken wrongly, complaints, people who leave. `HARMLESS`: what sounds like one of these and is none.
`RESOLVED`: a sentence that says that it is over. `TAGS` and `TYPES`: what support tools call such tickets.
"""

# fmt: off
ENGLISH = (
    r"bugs?\b", "buggy", r"broken?\b", r"crash\w*", r"outages?\b", "downtime", r"errors?\b",
    r"fail(?:s|ed|ing|ures?)?\b", r"froze(?:n)?\b", r"freez(?:es|ing)\b", r"hangs?\b", r"stuck\b",
    r"corrupt\w*", r"timed? ?out\b", r"timeouts?\b",
    r"(?:is|are|was|were|been|goes|went|still|completely|totally|keeps going) (?:\w+ )?down\b(?! (?:for|"
    "as|the road))",
    r"(?:not|doesn't|don't|didn't|won't|isn't|aren't|wasn't|hasn't|never|no longer|stopped) (?:\w+ "
    r"){0,2}?(?:work|load|sync|sav|open|respond|updat|send|show|arriv)(?:s|es|ed|ing|e|ks)?\b",
    "(?:can't|cannot|can not|unable to|couldn't|could not) (?:even |seem to |longer )?(?:log ?in|login|"
    "sign in|access|open|load|export|import|save|connect|use|reach|pay|see|find my|get into|send|sync|"
    r"work)\b",
    r"lo(?:st|sing|ses?) (?:\w+ ){0,2}?(?:data|work|files?|records?|everything|access|changes)\b",
    r"(?:data|files?|records?|everything) (?:\w+ ){0,2}?(?:lost|gone|missing|disappeared|vanished|"
    r"deleted)\b",
    r"(?:missing|wrong|incorrect) (?:data|numbers?|totals?|invoice|charge|amount|results?)\b",
    r"refunds?\b", "money back", "charge ?backs?", r"overcharg\w*",
    r"(?:charged|billed|debited) (?:\w+ ){0,3}?(?:twice|double|again|wrong\w*|without|too much|"
    r"incorrectly)\b",
    "(?:double|wrongly|incorrectly|unexpectedly) (?:charged|billed)",
    "(?:unauthori[sz]ed|unexpected|unknown|fraudulent|duplicate) (?:charge|payment|transaction|debit)s?",
    r"dispute\w*", r"complain\w*", "unacceptable", "angry", "furious", "terribl[ey]", "awful", "horrible",
    r"disappoint\w*", r"frustrat\w*", "ridiculous", "useless", r"worst\b", r"scam\b", "fed up",
    r"hacked\b", r"breach\w*", "security (?:issue|incident|problem|hole)", r"vulnerab\w*", "data leak",
    r"leaked\b",
    "(?:serious|major|critical|severe|urgent|big|huge|another|same|constant|ongoing) (?:issue|"
    r"problem)s?\b",
    "(?:have|having|had|experiencing|facing|got|there(?:'s| is| are)) (?:an? |some |the same |many |lots "
    r"of |major |serious )?(?:issue|problem|trouble)s?\b",
    r"cancel (?:my|our|the|this) (?:\w+ )?(?:account|subscription|plan|contract|membership)\b",
    r"(?:want|wish|like|going|plan) to (?:cancel|leave|terminate)\b", "lawyer", "legal action", "sue you",
    r"nobody (?:\w+ )?(?:answer|repl|respond|help)\w*",
    r"(?:still|no) (?:waiting for a|waiting for an)? ?(?:reply|response|answer)\b",
    "throws? (?:an? )?(?:exception|error)", r"(?:http |status |code )?50[0234]\b",
    r"(?:vanish|disappear)\w*",
    "(?:are|is|was|were|has been|have been|been|got) (?:all )?(?:gone|deleted|wiped|erased|removed|"
    r"missing|lost)\b",
    "(?:spin|spinning|spins|buffering|loading) (?:forever|endlessly|and spinning|for (?:hours|minutes|"
    r"ages))\b",
    r"(?:blank|white|empty|black) (?:screen|page|file|report)\b",
    r"endless(?:ly)? (?:loop|load\w*|spin\w*)",
    r"(?:is|are|was|were|seem|look)s? (?:\w+ )?(?:wrong|incorrect|inaccurate|empty|blank|unusable|"
    r"unreachable|unavailable|slow|laggy|useless)\b",
    r"(?:extremely|very|so|too|really|incredibly|painfully) (?:slow|laggy|unhappy|unsatisfied|annoy\w*|"
    r"upset)\b",
    r"unhappy|dissatisf\w*|upset\b|annoyed|annoying",
    r"(?:debited|charged|billed|billing|charging|debiting) (?:\w+ ){0,6}?(?:although|though|even though|"
    r"despite|after|without|anyway)\b",
    r"(?:ruin|destroy|broke|mess)\w* (?:\w+ )?(?:our|my|the|everything|up)\b",
    r"(?:nobody|no one|noone|support) (?:\w+ ){0,4}?(?:answer|repl|respond|help|ignor|get|got|gets)\w*",
    r"(?:someone|somebody|other) (?:else's|customers?'?s?|people's|users'?) (?:\w+ )?(?:invoices?|data|"
    r"account|files?|names?|projects?|details)\b",
    r"takes? (?:\w+ )?(?:minutes|hours|forever|ages)\b",
    r"still (?:\w+ )?(?:charged|billed|waiting|broken|down|open|no)\b",
    r"nothing (?:\w+ )?(?:happens|happened|works|shows|appears)\b",
    r"offline\b(?! (?:mode|access|use|version))", r"clos(?:es|ed|ing) (?:by )?itself\b",
    r"(?:never|not|haven't|hasn't|didn't|doesn't) (?:\w+ ){0,2}?(?:arriv|receiv|reach|call|deliver|get "
    r"back|heard)\w*",
    r"nobody (?:\w+ )?(?:called|came|got|cares)\b",
    r"(?:zero|no) (?:results?|data|emails?) (?:\w+ ){0,2}?(?:although|though|even|shown|displayed|any "
    r"?more)\b",
    "(?:speak|talk) to (?:a|your|the) (?:manager|supervisor)",
    r"(?:can't|cannot|can not) find (?:\w+ ){0,3}?(?:since|any ?more|after)\b",
    r"waiting (?:\w+ ){0,5}?(?:solution|fix|reply|answer|response)\b",
    r"not (?:\w+ )?(?:satisfied|happy|ok|okay|acceptable)\b",
    r"(?:third|second|fourth|nth|umpteenth|hundredth) time\b",
)
GERMAN = (
    r"fehler\w*", "fehlgeschlagen", r"fehlschlag\w*", r"kaputt\w*", r"defekt\w*", r"absturz\w*",
    "absturzt", "abgesturzt", r"sturzt (?:\w+ ){0,4}?ab\b", r"ausfall\b", r"ausfalle\b", "ausgefallen",
    r"storung\w*", "gestort",
    "(?:funktionier|geht|gehen|lauft|laufen|klappt|klappen|ladt|laden|offnet|reagiert|startet|speichert|"
    r"synchronisiert|antwortet)\w* (?:\w+ ){0,5}?(?:nicht|nichts|nie|nicht mehr)\b",
    r"nicht (?:mehr )?(?:erreichbar|verfugbar|abrufbar|nutzbar|moglich|funktion\w*|einloggen|anmelden|"
    r"aufrufen|offnen|laden|speichern|exportieren|zugreifen)\b",
    r"(?:hangt|haengt|eingefroren|friert ein|bleibt hangen)\b", "datenverlust",
    r"daten (?:\w+ ){0,3}?(?:weg|verloren|verschwunden|geloscht|fehlen)\b",
    r"(?:verschwunden|verloren gegangen)\b", "fehlende (?:daten|rechnung)",
    "(?:doppelt|zweimal|falsch|zu viel|zu unrecht|unberechtigt|mehrfach) (?:abgebucht|belastet|berechnet|"
    "abgerechnet|eingezogen|bezahlt|gezahlt)",
    r"(?:abbuchung|rechnung|betrag|lastschrift) (?:\w+ ){0,3}?(?:falsch|doppelt|nicht korrekt|"
    r"unberechtigt|zu hoch)\b",
    "falsche (?:rechnung|abbuchung|daten|zahlen)", r"erstatt\w*", r"ruckerstatt\w*", "geld zuruck",
    "ruckbuchung", "rucklastschrift", r"reklam\w*", r"beschwer\w*", "inakzeptabel", r"unverschamt\w*",
    "frechheit", "verargert", "wutend", r"sauer\b", r"enttausch\w*", "schrecklich", r"katastroph\w*",
    "unbrauchbar", "zumutung", r"unzufrieden\w*", r"argerlich\w*", "mangelhaft", "betrug", "gehackt",
    "datenleck", "sicherheits(?:lucke|problem|vorfall)", r"dringend\w* (?:problem|hilfe)",
    r"(?:hab|habe|haben|gibt|ein|grosses|massive|schwere|selbe|gleiche|dieses|das) (?:es )?(?:\w+ "
    r")?probleme?\b",
    r"kundig\w*(?<!kundigungsfrist)", "anwalt", "rechtliche schritte",
    r"(?:niemand|keiner) (?:\w+ )?(?:antwortet|hilft|reagiert|meldet)",
    r"(?:warte|warten) (?:\w+ ){0,5}?(?:antwort|ruckmeldung|losung)",
    r"(?:bildschirm|seite|datei|bericht|fenster) (?:\w+ ){0,3}?(?:weiss|leer|schwarz)\b",
    r"(?:fehlt|fehlen|verschwand\w*|geloscht|leer)\b", r"meldet (?:sich )?(?:\w+ ){0,4}?nicht\b",
    r"(?:extrem|sehr|total|unfassbar|zu|viel zu|ewig) (?:langsam|lange|trage|unzufrieden)\b",
    r"(?:abgebucht|belastet|berechnet) (?:\w+ ){0,6}?(?:obwohl|trotz|nach)\b|obwohl (?:\w+ "
    "){0,4}?gekundigt",
    r"(?:abgebucht|abbuchung\w*)\b", "endlosschleife|ladt (?:ewig|endlos)|dreht sich",
    r"(?:sind|ist|stimmen|stimmt) (?:\w+ ){0,3}?(?:falsch|nicht|fehlerhaft)\b",
    "fremde (?:daten|rechnungen|kunden)", r"(?:passiert|geschieht|tut sich) (?:\w+ ){0,2}?nichts\b",
    r"offline\b(?! ?(?:modus|version|nutzung))",
    r"schliesst (?:sich )?(?:\w+ ){0,5}?(?:selbst|selber|einfach)\b",
    r"komm(?:t|en) (?:\w+ ){0,4}?nicht(?: \w+)? an\b", r"passen (?:\w+ ){0,4}?nicht\b",
    r"(?:nicht|gar nicht|uberhaupt nicht) (?:zufrieden|einverstanden|in ordnung|hinnehmbar)\b",
    r"(?:zweimal|doppelt) (?:\w+ )?berechnet", r"(?:dritte|zweite|vierte|x te|zigste) mal\b",
)
FRENCH = (
    r"bugs?\b", r"bogu\w*", r"bugg\w*", r"erreurs?\b", r"pannes?\b", r"casse\w*",
    r"plant(?:e|ent|age|ages|ait)\b", r"en rade\b", "hors service", r"dysfonction\w*",
    r"bloqu(?:e|ee|es|ees|ent|age)\b", r"fige\w*", r"echou\w*", r"echec\w*", r"incident\w*", r"coupure\w*",
    r"inaccessible\w*", r"indisponible\w*", r"injoignable\w*",
    r"(?:fonctionn|march|charg|s'ouvr|s'affich|repond|synchronis|enregistr|envoi)\w* (?:\w+ )?(?:pas|plus|"
    r"jamais)\b",
    r"(?:impossible|n'arriv\w* pas|n'arriv\w* plus|pas moyen|ne peux plus|ne peut plus|ne pouvons plus|"
    r"peux pas|n'ai plus acces|plus acces)\b(?: (?:de|d'|a|me|nous)?(?: )?\w+)?",
    r"perdu (?:\w+ ){0,3}?(?:donnees|fichiers?|travail|acces|tout)\b",
    r"(?:donnees|fichiers?) (?:\w+ ){0,3}?(?:perdu|disparu|efface|supprime|manquant)\w*", r"disparu\w*",
    r"rembours\w*",
    r"(?:debit|prelev|factur|compt)\w* (?:\w+ ){0,3}?(?:deux fois|en double|a tort|par erreur|trop|sans)\b",
    "double (?:facturation|prelevement|paiement|debit)",
    r"(?:facture|prelevement|montant) (?:\w+ ){0,3}?(?:faux|fausse|incorrect\w*|errone\w*|injustifie\w*|"
    "inconnu)",
    r"litige\w*", r"contest(?:e|er|ons|ation)\b", "trop percu", r"plaintes?\b", r"reclam\w*",
    r"inacceptable\w*", r"inadmissible\w*", r"honteu\w*", r"scandal\w*", r"furieu\w*", r"enerv\w*",
    "en colere", r"decu\w*", r"decevant\w*", r"mecontent\w*", r"insatisf\w*", r"marre\b", "ras le bol",
    r"nul\b", r"nulle\b", r"catastroph\w*", r"horrible\w*", r"inutilisable\w*", r"arnaque\w*", r"pirat\w*",
    r"faille\b", "fuite de donnees",
    r"(?:un|des|le meme|gros|serieux|grave|ce|du|encore un) (?:\w+ )?(?:probleme|souci)s?\b",
    r"problemes? (?:de|d'|avec|sur|pour|urgent)\b", r"resili\w*", r"avocat\w*",
    r"personne ne (?:\w+ )?(?:repond|aide)\w*", r"sans (?:reponse|nouvelles)\b",
    "annuler mon (?:abonnement|compte)",
    r"(?:ecran|page|fichier|rapport) (?:\w+ ){0,3}?(?:blanc|blanche|noir|vide)s?\b",
    r"(?:supprim|effac)(?:e|ee|es|ees)\b",
    r"en boucle\b|tourne (?:\w+ )?(?:rond|vide)|rame\b|(?:tres|trop|extremement|super) (?:lent|lente|"
    r"lents|insatisfait)\w*|lenteurs?\b",
    r"recuperer mon argent|rendez (?:moi|nous)|mon argent\b",
    r"(?:debit|prelev|factur)\w* (?:\w+ ){0,6}?(?:alors que|malgre|apres|bien que)\b",
    r"(?:sont|est|semble\w*) (?:\w+ )?(?:faux|fausse|fausses|incorrect\w*|errone\w*|vides?|manquant\w*)\b",
    r"aucune (?:reponse|nouvelle)\b|pas de (?:reponse|nouvelles)\b|ne repond\w*",
    r"rien ne se (?:passe|produit)\b|il ne se passe rien\b", r"hors ligne\b(?! (?:mode))",
    r"se ferme (?:\w+ )?(?:seule?|sans)\b",
    r"ne (?:\w+ )?recois (?:pas|plus|rien)\b|(?:recois|recu|arrive|arrivent) (?:pas|plus|jamais)\b",
    r"(?:ne sont|n'est|est) pas (?:\w+ )?(?:bons?|bonnes?|corrects?|normal|satisfait\w*|content\w*)\b",
    r"(?:attends?|attendons) (?:\w+ ){0,2}?(?:solution|reponse|retour)\b",
    r"(?:troisieme|deuxieme|enieme|quatrieme) fois\b",
)
SPANISH = (
    r"error(?:es)?\b", r"fall(?:a|an|o|os|ando|aron|aba)\b", r"rot[oa]s?\b", r"averi\w*", r"caid[oa]s?\b",
    r"se (?:\w+ )?(?:cae|caen|cayo|cuelga|cuelgan|colgo|bloquea|bloquean|bloqueo|cierra sol\w*|congela)\b",
    r"(?:colgad|bloquead|congelad|atascad)[oa]s?\b", r"bugs?\b", r"incidencias?\b", r"interrupcion\w*",
    r"inaccesible\w*", r"inservible\w*", r"inutil(?:izable)?\b",
    "no (?:me |nos |se |le )?(?:funciona|carga|abre|anda|responde|guarda|sincroniza|envia|aparece|"
    r"muestra|conecta|deja|permite|llega|va)\w*\b(?! a\b)",
    r"(?:sigue|siguen|dejo|dejaron|lleva) (?:\w+ ){0,3}?(?:sin|de) (?:funcionar|responder|cargar|ir)\b",
    r"no (?:puedo|podemos|logro|consigo|conseguimos|pude|pudimos) (?:\w+ )?(?:entrar|acceder|abrir|"
    r"iniciar|exportar|importar|guardar|usar|conectar\w*|pagar|descargar|ver|enviar|cargar)\b",
    r"imposible (?:\w+ )?(?:entrar|acceder|usar|abrir|trabajar|iniciar|conectar\w*)",
    r"perd(?:i|imos|ido|ida|idos|io|ieron) (?:\w+ ){0,4}?(?:datos|archivos?|trabajo|acceso|informacion|"
    r"todo)\b",
    r"datos (?:\w+ ){0,3}?(?:perdid|desaparec|borrad|incorrect)\w*", r"desaparec\w*", r"reembols\w*",
    r"devolucion\w*", r"devuelv\w* (?:\w+ )?dinero",
    r"(?:cobr|factur|carg|deb)\w* (?:\w+ ){0,3}?(?:dos veces|doble|duplicad\w*|de mas|por error|sin (?:mi "
    r")?(?:permiso|autoriz\w*)|indebid\w*)",
    r"(?:cobro|cargo|factura|importe) (?:\w+ ){0,2}?(?:duplicad|incorrect|indebid|errone|equivocad|"
    r"desconocid|doble)\w*",
    "doble cobro", r"disput\w*", r"quejas?\b", r"quej(?:o|arme|amos|arnos)\b", r"reclam\w*",
    r"inaceptable\w*", r"indignante\w*", "verguenza", r"enfadad\w*", r"enojad\w*", r"furios\w*",
    r"hart[oa]s?\b", r"decepcion\w*", r"molest[oa]s?\b", r"pesim\w*", r"horrible\w*", r"desastr\w*",
    r"fatal\b", r"estafa\w*", r"descontent\w*", r"insatisfech\w*", r"hacke\w*", "fuga de datos",
    r"(?:un|el mismo|mismo|grave|serio|gran|otro|tengo|tenemos|muchos) (?:\w+ )?problemas?\b",
    r"problemas? (?:con|de|al|en|grave|urgente)\b",
    "cancelar (?:mi|nuestra|nuestro|la|el) (?:suscripcion|cuenta|plan|contrato)", "dar(?:me|nos)? de baja",
    r"abogado\w*", r"nadie (?:\w+ )?(?:responde|contesta|ayuda|atiende)", r"sin respuesta\b",
    r"esperando (?:\w+ ){0,3}?respuesta",
    r"(?:pantalla|pagina|archivo|informe) (?:\w+ ){0,4}?(?:blanco|negro|vaci[oa])\b",
    r"(?:han |ha |se )?(?:borr|elimin)(?:ado|aron|o|ada|ados)\b",
    r"(?:esta|estan|sale|salen|es) (?:\w+ )?(?:mal|incorrect\w*|equivocad\w*|vaci[oa]s?)\b",
    r"(?:cobr|factur|carg)\w* (?:\w+ ){0,4}?(?:aunque|pese|despues|tras|sin que)\b|siguen cobr\w*",
    r"lentisim\w*|(?:muy|demasiado|extremadamente|super) lent[oa]s?\b|lentitud",
    r"no (?:me |nos )?(?:han|ha) (?:contest|respond|ayud)\w*",
    r"en bucle\b|se queda (?:\w+ )?(?:cargando|pensando|colgad\w*|parad\w*|blanco)",
    r"no (?:pasa|ocurre|sucede) nada\b", r"fuera de (?:linea|servicio)\b|sin conexion\b(?! a)",
    r"se (?:cierra|apaga|reinicia) (?:\w+ )?sol[oa]\b",
    r"no (?:\w+ )?(?:cuadran?|coinciden?|llegan?|recib\w+|esta bien)\b",
    r"esperando (?:\w+ ){0,3}?(?:solucion|respuesta)\b", r"(?:tercera|segunda|enesima|cuarta) vez\b",
)
HARMLESS = (
    r"(?:no|without|zero|any) (?:\w+ )?(?:bugs?|errors?|issues?|problems?|outages?|complaints?|crash\w*|"
    r"downtime|trouble)\b(?! (?:\w+ )?(?:fixed|solved|resolved)\b)",
    "(?:not|doesn't|don't|didn't|won't|isn't|aren't|wasn't|hasn't|never) (?:a |an |really |at all "
    r")?(?:bug|error|problem|broken|complain\w*|angry|disappoint\w*|urgent|down|fail\w*|crash\w*)\b",
    "(?:bug|error|crash|problem|issue|outage|incident|complaint|dispute|failure) (?:tracker|tracking|"
    "report(?:ing|s)? (?:feature|add ?on|tool|module|integration)|monitoring|log(?:s|ging)?|handling|"
    r"budget|rates?|management|codes? list)\b",
    "(?:refund|cancellation|complaint|dispute|return) (?:policy|policies|terms|procedure|window|period|"
    r"rules)\b",
    r"in case (?:of|something|anything|it) (?:\w+ )?(?:errors?|fails?|failure|crash\w*|goes down|breaks?|"
    r"outages?)\b",
    r"if (?:\w+ ){0,3}?(?:fails?|crash\w*|breaks?|goes down|is down)\b",
    r"can'?t (?:complain|wait|find (?:the|a|where|how))\b",
    r"(?:how|where) (?:do|can|could|would) (?:i|we) (?:\w+ )?(?:cancel|report|track|dispute|refund)\b",
    r"can (?:i|we) (?:\w+ )?cancel\b", r"errors? (?:budget|handling|bars?)\b", r"break ?down\b",
    r"(?:drop|count|scal|slow|shut|narrow|cut|download|track|wind|mark|step|top|pulled?|page|scroll)\w* "
    r"?downs?\b",
    r"(?:kein|keine|keinen|keinerlei|ohne) (?:\w+ )?(?:fehler|probleme?|storung\w*|ausfall\w*|absturz\w*|"
    r"beschwerden?|datenverlust|reklamation\w*)\b",
    r"(?:nicht|nie) (?:\w+ )?(?:kaputt|defekt|schlecht|gestort|fehlerhaft|unzufrieden|enttauscht|"
    r"verargert|abgesturzt)\b",
    r"(?:kundigungs|ruckgabe|erstattungs|widerrufs|beschwerde|ausfall|fehler)(?:frist\w*|recht\w*|"
    r"bedingungen|richtlinie\w*|protokoll\w*|meldung (?:anpassen|ubersetzen|andern)|toleran\w*|sicher\w*|"
    r"management|behandlung|analyse|quote)\b",
    r"(?:wie|kann ich|konnen wir) (?:\w+ ){0,4}?kundigen\b",
    r"falls (?:\w+ ){0,6}?(?:ausfallt|fehlschlagt|absturzt|schiefgeht)\b",
    r"im falle? (?:eines|von) (?:\w+ )?\w+\b",
    r"(?:aucun|aucune|pas de|pas d'|sans|zero) (?:\w+ )?(?:bugs?|erreurs?|problemes?|soucis?|pannes?|"
    r"plaintes?|incidents?|coupures?)\b",
    r"(?:n'est|n'etait|pas) (?:pas |du tout |vraiment )?(?:en panne|casse|bloque|mecontent\w*|decu\w*|une "
    r"erreur|un bug|un probleme|une plainte|nul|mauvais)\b",
    r"(?:politique|conditions|delai|regles|procedure|modalites) (?:de |d'|des )?(?:rembours\w*|resili\w*|"
    r"reclam\w*|annul\w*)",
    r"comment (?:\w+ ){0,2}?(?:resilier|annuler|contester|reclamer)\b", r"en cas (?:de |d')(?:\w+)\b",
    "gestion des (?:erreurs|incidents|plaintes|reclamations|litiges)",
    "suivi des (?:bugs|erreurs|incidents|reclamations)", r"messages? d'erreur personnalis\w*",
    r"(?:sin|ningun|ninguna|no hay|no tengo|no tenemos|cero|no hubo) (?:\w+ )?(?:error(?:es)?|problemas?|"
    r"fall[oa]s?|averias?|quejas?|incidencias?|interrupciones)\b",
    "no (?:esta|es|estoy|estamos|fue|era) (?:nada |tan |muy |una? )?(?:rot[oa]|caid[oa]|averiad[oa]|mal|"
    r"enfadad\w*|decepcionad\w*|error|fallo|queja|problema|molest[oa])\b",
    r"(?:politica|condiciones|plazo|reglas|procedimiento) de (?:\w+ )?(?:reembols\w*|devolucion\w*|"
    r"cancelacion|reclam\w*|baja)",
    r"como (?:\w+ ){0,2}?(?:cancelar|cancelo|reclamar|reclamo|solicito|darme de baja)\b",
    r"en caso de \w+\b",
    "(?:gestion|seguimiento|registro) de (?:errores|incidencias|quejas|reclamaciones|fallos)",
    r"(?:how|where|what) (?:are|is|do|does|happens to) (?:\w+ )?(?:failed|failing|deleted|lost|missing|"
    r"wrong|late) (?:payments?|charges?|events?|jobs?|messages?|files?|data|records?)\b",
    r"(?:would|will|can|could|may) (?:\w+ ){0,4}?(?:be|get) (?:deleted|removed|wiped|lost|erased|"
    r"missing)\b",
    r"(?:werden|wird|konnen|kann) (?:\w+ ){0,5}?geloscht\b",
    r"(?:sera|seront|peut|peuvent|etre) (?:\w+ ){0,3}?(?:supprim|effac)\w*",
    r"(?:se|seran|sera|pueden|puede) (?:borr|elimin)\w*(?: \w+)?\?",
)
RESOLVED = (
    r"(?:fixed|solved|resolved)\b", r"works? (?:now|again|fine|well|great|perfectly)\b",
    r"working (?:now|again|fine|well|perfectly|great)\b", r"(?:behoben|gelost|erledigt)\b",
    r"(?:funktioniert|geht|lauft|klappt) (?:\w+ )?(?:wieder|jetzt|nun|einwandfrei|gut|super|prima)\b(?! "
    "nicht)",
    r"(?:resolu|corrige|regle|repare)(?:e|s|es)?\b",
    r"(?:fonctionne|marche) (?:\w+ )?(?:bien|nouveau|maintenant|parfaitement)\b", r"remarche\b",
    r"(?:solucionad|resuelt|arreglad|corregid)[oa]s?\b", r"ya funciona\b",
    r"funciona (?:bien|perfecto|perfectamente|de nuevo|ahora)\b",
)
NOT_RESOLVED = (
    "(?:not|doesn't|don't|didn't|won't|isn't|aren't|wasn't|hasn't|never|be|get|getting|needs? to be|"
    r"should be|must be|please|want|until|to be|when|if) (?:\w+ ){0,2}?(?:fixed|solved|resolved|work(?:s|"
    r"ing)?)\b",
    r"(?:nicht|nie|bis|wann|bitte|falls|wenn|endlich) (?:\w+ ){0,4}?(?:behoben|gelost|erledigt|"
    r"funktioniert|geht)\b",
    r"(?:behoben|gelost) (?:werden|wird|haben)\b",
    r"(?:pas|jamais|quand|si|etre|soit|non|toujours pas) (?:\w+ ){0,3}?(?:resolu|corrige|regle|repare|"
    r"fonctionne)(?:e|s|es)?\b",
    r"(?:no|nunca|cuando|si|ser|sea|sin|sigue) (?:\w+ ){0,3}?(?:solucionad|resuelt|arreglad|corregid|"
    r"funciona)\w*\b",
)
TAGS = frozenset({
    "abrechnung", "ausfall", "averia", "beschwerde", "billing", "billing_dispute", "billing_issue", "bug",
    "bugs", "chargeback", "churn_risk", "complaint", "devolucion", "downtime", "dringend", "erreur",
    "erstattung", "escalated", "escalation", "facturacion", "facturation", "fallo", "fehler", "incidencia",
    "incident", "incidents", "kuendigung", "kundigung", "litige", "outage", "panne", "plainte", "problem",
    "problema", "probleme", "queja", "reclamation", "reembolso", "refund", "reklamation", "remboursement",
    "resiliation", "ruckerstattung", "rueckerstattung", "stoerung", "storung", "urgent", "urgente",
})
TYPES = frozenset({
    "beschwerde", "bug", "complaint", "incidencia", "incident", "panne", "plainte", "problem", "problema",
    "probleme", "queja", "stoerung", "storung",
})
# fmt: on
PROBLEMS = (*ENGLISH, *GERMAN, *FRENCH, *SPANISH)
