"""German: how people say stop, no and yes. Lower case, without accents; `reply_words` says what each list is."""

_NACHRICHTEN = r"(?:e ?mails?|mails?|nachrichten|sms|werbung|werbemails?|newsletter|angebote|anrufe)"

STOPS = (
    "stopp", "abmelden", "abbestellen", "austragen", "abmeldung", "bitte abmelden", "stop bitte",
    "abbestellen bitte", "abmelden bitte", "austragen bitte", "bitte austragen", "bitte abbestellen",
    "keine mails mehr", "keine e mails mehr", "keine sms mehr", "keine nachrichten mehr", "stopp bitte",
    "bitte stopp", "bitte stop", "bitte stoppen", "schluss", "aufhoren", "newsletter abbestellen",
    "newsletter abmelden",
)  # fmt: skip
REVOCATION = (
    r"nicht (?:mehr|laenger|langer|weiter) (?:zu |von \w+ )?(?:schreib|kontaktier|anschreib|"
    r"anruf|anzuschreib|mail|send|schick|zusend|zuschick|belastig|erhalten|bekommen|horen|"
    r"anzuruf)\w*",
    r"(?:schreib|kontaktier|ruf|schick|send|mail|belastig)\w* (?:sie |ihr )?(?:mir|mich|"
    r"uns) (?:bitte )?(?:nicht|nichts|nie|keine|bloss)\b",
    rf"(?<!habe )(?<!hab )keine? (?:weiteren? |mehr |solchen? |werbe)*{_NACHRICHTEN} (?:mehr|"
    r"schick|send|zusend|von ihnen|von euch|erhalten|wunsch\w*)",
    r"(?:mochte|will|wunsche|brauche) (?:ich )?(?:von \w+ )?keine? (?:weiteren? |mehr |"
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
    r"(?:zieh|nehm|widerruf)\w* (?:\w+ ){0,3}?(?:einwilligung|zustimmung|einverstandnis|erlaubnis)\b",
    r"widersprech\w* (?:\w+ ){0,5}?(?:nutzung|verwendung|verarbeitung|werb\w*|daten|zusendung\w*|"
    r"kontakt\w*)\b|(?:lege|erhebe) (?:\w+ )?widerspruch",
    r"(?:hab|habe|haben) (?:\w+ ){0,4}?nie(?:mals)? (?:\w+ ){0,4}?(?:zugestimmt|eingewilligt|"
    r"angemeldet|abonniert|eingetragen)\b",
    r"(?:schreib|kontaktier|anschreib|ruf|mail)\w* (?:\w+ ){0,5}?nicht (?:mehr|wieder|erneut|nochmal|"
    r"noch einmal|weiter)\b(?! zuruck)",
    r"(?:mocht|will|woll|wunsch)\w* (?:\w+ ){0,4}?(?:nichts?|nie) (?:mehr|wieder|weiter) (?:\w+ "
    r"){0,3}?(?:horen|bekommen|kriegen|erhalten|kontaktiert|angeschrieben|angerufen|empfangen|lesen|"
    r"zugeschickt)\b",
    r"nichts mehr (?:von \w+ )?(?:horen|bekommen|erhalten|wissen|lesen|zusenden|schicken)\b|von "
    r"(?:ihnen|euch) (?:\w+ ){0,3}?nichts mehr\b",
    r"seh\w* (?:sie )?(?:\w+ ){0,2}?von (?:\w+ )?(?:kontakt\w*|werb\w*|nachrichten|mails?|"
    r"zusendung\w*|anruf\w*) (?:\w+ )?ab\b",
    r"aufhor\w* (?:\w+ ){0,3}?(?:zu )?(?:schreib|mail|schick|send|anruf|anzuruf|kontakt|nerv|spam|"
    r"belastig)\w*",
    r"(?:entfern|losch|streich|nehm|nimm|trag)\w* (?:sie |ihr )?(?:bitte )?(?:mich|uns|mein\w*|"
    r"unser\w*|diese\w*) (?:\w+ ){0,6}?(?:liste|verteiler|datenbank|system|newsletter|raus|heraus|aus|"
    r"kartei|adressbuch)\b",
    r"(?:losch|entfern)\w* (?:sie |ihr )?(?:bitte )?(?:mein\w*|unser\w*|diese) (?:e ?mail "
    r"?)?(?:adresse|daten|nummer|e ?mail|telefonnummer)\b",
    r"(?:newsletter|mich|uns|verteiler|liste|mails) (?:\w+ ){0,4}?(?:abmelden|abbestellen|austragen|"
    r"abgemeldet|ausgetragen)\b|bitte (?:\w+ )?(?:austragen|abmelden|abbestellen)$",
    rf"bitte keine (?:weiteren? |mehr )?{_NACHRICHTEN}\b|(?:genug|schluss) (?:\w+ )?(?:mit|von) (?:\w+ "
    rf")?{_NACHRICHTEN}\b",
    r"keine (?:weiteren? |weitere )?(?:kontaktaufnahm\w*|nachfragen|ansprache)\b",
    r"(?:eur\w*|ihr\w*|dies\w*|das ist|reiner) spam\b",
    rf"(?:will|mochte?) (?:\w+ ){{0,3}}?keine? (?:\w+ ){{0,2}}?{_NACHRICHTEN} (?:mehr|von|bekommen|"
    r"erhalten)\b",
    r"nicht mehr (?:an|von|per) (?:\w+ ){0,3}?(?:schreib|kontaktier|angeschrieben|kontaktiert|send|"
    r"schick)\w*|nicht mehr an(?:ge)?schr\w*",
    r"(?:horen|hort|hor) (?:sie |ihr )?(?:\w+ ){0,2}?auf (?:\w+ ){0,3}?(?:mails?|zu|schreib|schick|spam)\w*",
    rf"(?:stell|unterlass|unterbind|beend)\w* (?:sie |ihr )?(?:\w+ ){{0,3}}?(?:{_NACHRICHTEN}|"
    r"zusendung\w*|kontakt\w*|werb\w*|versand|mailings?|anschreiben)\b",
    rf"keine? (?:\w+ )?(?:post|{_NACHRICHTEN}) (?:\w+ )?(?:mehr|an)\b|in zukunft (?:bitte )?keine\b(?! "
    r"\w*(?:fehler|rechnung))",
    r"(?:gebeten|aufgefordert|gesagt) (?:\w+ ){0,4}?(?:aufzuhoren|aufhoren|nicht mehr|zu unterlassen|"
    r"abzumelden|auszutragen)\b",
    rf"verzicht\w* (?:\w+ ){{0,4}}?(?:{_NACHRICHTEN}|post|zusendung\w*)\b",
    r"(?:adresse|nummer|daten|namen?) (?:\w+ ){0,3}?(?:aus|von) (?:\w+ ){1,3}?(?:nehmen|loschen|"
    r"entfernen|streichen)\b",
)
NOES = (
    "nein", "ne", "nee", "nein danke", "kein interesse", "kein bedarf", "niemals", "jetzt nicht",
    "ne danke", "nee danke", "lass mal", "nee lass mal", "eher nicht", "leider nein", "leider nicht",
    "noe",
)  # fmt: skip
NEGATIVE = (
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
    r"bleib\w* (?:\w+ ){0,3}?(?:bei|beim|auf) (?:\w+ )?(?:kostenlos\w*|jetzig\w*|aktuell\w*|"
    r"bisherig\w*|alt\w*|free|basis|gratis\w*|tarif|version|plan|standard)\b",
    r"(?:ander|neu)en? (?:anbieter|losung|tool|dienstleister|software|produkt)\w*|konkurrenz\w*|"
    r"mitbewerber|wettbewerber",
    r"(?:doppelt|zweimal|falsch|zu viel|zu unrecht) (?:belastet|abgebucht|berechnet|abgerechnet|"
    r"bezahlt|eingezogen)\b|erstatt\w*",
    r"(?:daher|deshalb|also|darum|somit) (?:leider )?nein\b|^(?:nee|nein|ne)\b",
    r"lass\w* (?:wir )?(?:mal|gut sein|stecken)\b|verzicht\w*|absagen\b|abgelehnt\b|ablehnen\b|"
    r"lehne\w* (?:\w+ ){0,3}?ab\b",
    r"uberdimensioniert|uberteuert|wucher|abzocke|unverschamt\w*|unnotig|uberflussig",
    r"(?:erst ?mal|zuerst|vorher) (?:\w+ ){0,6}?(?:funktionier|repar|fix|beheb|losen|laufen|antwort|"
    r"klapp)\w*",
    r"(?:wart\w*|seit) (?:\w+ ){0,7}?(?:antwort|ruckmeldung|losung)\b",
    r"(?:kein\w*|keinerlei|wenig) (?:\w+ )?(?:mehrwert|nutzen|sinn|grund|vorteil|verwendung|interesse|"
    r"bedarf|budget|zeit)\b",
    r"nicht in ?frage\b|nicht (?:das )?(?:richtige|passende)\b|passt (?:\w+ ){0,3}?nicht\b",
    r"(?:zufrieden|glucklich) mit (?:dem|unserem|meinem|der|unserer|was)\b|mit (?:dem|der|unserem|"
    r"unserer|meinem) (?:\w+ ){0,3}?(?:zufrieden|glucklich)\b|reicht (?:uns|mir)\b",
    r"(?:brauch|benotig|woll|mocht)\w* (?:wir|ich) (?:\w+ ){0,2}?(?:nicht|keine?n?)\b",
    r"vielleicht (?:\w+ )?(?:spater|nachstes|ein andermal|irgendwann)\b|spater vielleicht\b",
    r"sturzt (?:\w+ ){0,3}?ab\b|(?:geht|funktioniert|klappt|ladt|lauft) (?:\w+ ){0,3}?nicht\b",
    r"(?:mocht|will|woll|werd)\w* (?:\w+ ){0,4}?(?:nicht|keine?n?) (?:\w+ ){0,4}?(?:upgraden|"
    r"umsteigen|wechseln|kaufen|bestellen|buchen|zahlen|verlangern)\b",
    r"uninteressant|verargert|genervt|unzufrieden|schwach\b|zu viel geld\b",
    r"(?:nicht|nie) (?:\w+ ){0,2}?(?:nutzen|gebrauchen|leisten|benotigt|gebraucht)\b",
    r"(?:daher|deshalb|darum|also) nicht\b|(?:zu|viel zu) klein\b|nichts fur (?:uns|mich)\b|lassen "
    r"wir (?:es|das)\b|(?:wir )?sparen\b",
)
HARMLESS = (
    r"(?:kein|keine) (?:problem|sorge|frage|thema|fehler)\b",
    r"nicht (?:schlecht|zu teuer|kaputt)\b",
    r"warum nicht\b",
    r"(?:kundigungsfrist|kundigungszeit)\w*",
    r"nein,? (?:kein problem|im gegenteil)\b",
)
YESES = (
    "ja", "ja bitte", "ja gerne", "gerne", "gern", "klar", "super", "danke", "vielen dank", "perfekt",
    "jawohl", "einverstanden", "passt", "abgemacht", "sehr gerne", "sehr gern", "machen wir",
    "das machen wir", "bin dabei", "okay gerne", "ja danke", "hort sich gut an",
)  # fmt: skip
POSITIVE = (
    r"(?:ja|gerne|gern|klingt (?:\w+ )?(?:gut|super|interessant|spannend)|hort sich (?:\w+ "
    r")?gut an|freue mich|perfekt|prima|toll\w*|super|hilft (?:mir|uns))\b",
    r"(?:interessier\w*|interesse an|bin dabei|sind dabei|rufen sie mich|ruft mich|schicken "
    r"sie mir|schick mir)\b",
    r"melden sie sich(?! (?:\w+ ){0,3}?(?:wieder|spater|im|nachstes|nachste|anfang|ende))\b",
    r"nehme?n? (?:ich |wir )?(?:das |ihr |euer |es )?(?:angebot )?an\b|angebot (?:\w+ "
    r"){0,2}?(?:annehmen|an)\b",
    r"(?:mocht|will|woll|wurd)\w* (?:\w+ ){0,5}?(?:bestellen|upgraden|umsteigen|buchen|kaufen|"
    r"hinzufugen|testen|ausprobieren|freischalten|aufstocken|wechseln)\b",
    r"(?:ware|klingt|hort sich) (?:\w+ ){0,4}?(?:hilfreich|nutzlich|super|toll|genial|perfekt|"
    r"interessant|spannend|gut an|ideal|praktisch|klasse|gut)\b",
    r"(?:mach|schick|send|erstell)\w* (?:sie |ihr |du )?(?:bitte )?(?:mir|uns) (?:\w+ "
    r"){0,3}?(?:angebot|vertrag|link|infos?|details|unterlagen)\b",
    r"(?:bitte|gerne?|ja) (?:\w+ ){0,5}?(?:freischalten|umstellen|aktivieren|umbuchen|upgraden|"
    r"hochstufen|umsteigen)\b|buchen sie uns\b",
    r"einverstanden|abgemacht|machen wir\b|legen wir los\b|los geht|bin ich dabei\b|sind wir dabei\b|"
    r"(?:ich|wir) nehmen? (?:es|das|die|den)\b",
    r"genau das (?:\w+ ){0,3}?(?:gesucht|gebraucht|brauche\w*)\b|hatten? (?:\w+ )?interesse\b|(?:das "
    r")?interessiert (?:mich|uns)\b",
    r"wann (?:\w+ ){0,4}?(?:demo|telefonieren|sprechen|termin)\b",
    r"uberzeugt\b|nachste\w* schritt\w*|passt fur (?:mich|uns)\b|hatten? (?:\w+ )?gern\w*\b|bitte "
    r"umsetzen\b|(?:wann|konnen wir) (?:\w+ ){0,3}?(?:starten|loslegen|anfangen)\b",
)
