"""German words by idea; `words` says how a pattern is written."""

IDEAS = {
    "seats": """abteilung*, account*, accounts, anwender*, arbeitsplatz*, aushilfe*, aussendienst*, azubi*,
        bediener*, benutzer*, berater*, bildschirme, ehrenamtlich*, einladungen, einstellen, fahrer*, filiale*,
        freelancer, gaste, gerate*, handys, helfer, kassen, kollege*, kollegin*, kollegium, konten, lehrer*,
        leitungen, leute, lizensen, lizenz*, login*, logins, mandanten, mitarbeiter*, mitglieder,
        neueinstellung*, neuzugange, niederlassung*, nutzer*, personal, personen, plaetze, platze, praktikant*,
        rechner, redakteure, rufnummer, schuler*, schulerkonten, seats, sitz, sitze, standort*, stellen _ ein,
        team, techniker*, telefone, terminals, user*, verkaufer*, werke, zugang*, zugange*""",
    "space": """ablage, arbeitsspeicher, archiv, aufbewahrung*, cloud, cloudspeicher, datenvolumen, festplatte,
        gb, gigabyte, kapazitat*, laufwerk, mb, platz, postfach, rechenleistung, server kapazitat,
        serverleistung, speicher*, speicherplatz, tb, terabyte""",
    "quota": """abfragen, anfragen, anzahl, api limit, artikel, auftrage pro, boards, credits, dateigrosse,
        datensatze, deckel, deckelung, eintrage, ereignisse, formulare, freimenge, grenze*, guthaben,
        hochstgrenze, inklusive, kampagnen, kontakte, kontingent*, limit*, mailkontingent, maximal*, minuten,
        monatslimit, obergrenze*, paket abdeckt, pakete, pro minute, pro monat, projekte, schwelle, seiten,
        sitzungen, sms, tageslimit, tokens, transaktionen, umfragen, umgebung*, uploads, volumen, vorgange""",
    "more": """anbinden, anheb*, anpassen nach oben, anzuheben, auf 3, aufgestockt, aufstock*, aufzustocken,
        ausbau*, ausbauen, ausdehnen, ausweit*, breiter, dazu, dazubuch*, dazukauf*, dritte*, erganz*, erhoh*,
        erweiter*, erweiterung, extra, grosser*, grossere stufe, grosseres paket, hinauf, hinzu, hinzufugen,
        hoch, hochsetz*, hochstuf*, hoher*, mehr, mitmachen, nachbuch*, nachkauf*, nachlegen, nachste grosse,
        nachste stufe, noch drei, noch ein, noch funf, noch mehr, noch sechs, noch vier, noch zehn, noch zwei,
        rauf, sechs logins, skalier*, sprung von, unbegrenzt*, unlimitiert*, upgrad*, verdoppel*, vergrosser*,
        verlangern _ auf, vollausbau, von 1, wachsen, weitere*, zubuch*, zusatzlich*, zweite*""",
    "buy": """angebot, beauftrag*, bestell*, bezieh*, bezug, buchen, erwerben, freischalt*, kauf*, kosten,
        kostet, nachkaufen, staffelpreis*""",
    "full": """abgewiesen, alle belegt, als das paket, am anschlag, am limit, an die grenze, ans limit,
        aufgebraucht, ausgebucht, ausgelastet, ausgereizt, ausgeschopft, bald voll, begrenzt auf, belegt,
        beschrankt auf, deckt __ nicht, erlaubt, erreicht, erschopft, fast aufgebraucht, fast voll, fehlen,
        fehlt uns, gehen _ aus, geht _ aus, genugen _ nicht, genugt _ nicht, genugt __ nicht, gesprengt,
        gewachsen, immer _ weg, ist weg, kein frei*, keine frei*, knapp, langen nicht, langt __ nicht, langt
        nicht, laufen _ hinein, leer, limit erreicht, nicht aus, nicht ausreichend, nicht genug, nur 10, nur 2,
        nur 3, nur 5, nur drei, nur funf, nur noch drei, nur noch ein*, nur noch wenige, nur noch zwei, nur
        zwei, platz knapp, platz mehr, platzt, quillt uber, reichen _ nicht, reichen __ nicht, reichen uns,
        reicht __ nicht, reicht nicht, reicht nie, schnell weg, sind weg, sprengt, sprung von, stossen,
        uberlauft, uberschritten, uberzogen, ubrig, verbraucht, vergeben, voll, wachsen aus, wenig platz, zu
        eng, zu klein, zu knapp, zu niedrig, zu wenig*""",
    "need": """bedarf, benotig*, bitte um, brauch*, brauchten, dringend, erforderlich, fehlen uns, hatte gern*,
        hatten gern*, ich hatte gern, interessier*, konnten sie fur, mochte*, notig, notwendig, sollten,
        unbedingt, unverzichtbar, verlangt, wichtig fur uns, will, wir hatten gern, wollen, wunsch*, wunschen,
        wurde gern*, wurden gern*, zwingend""",
    "no_need": """ausreichend, benotigen _ nicht, benotigen __ nicht, brauche _ nicht, brauche __ nicht, brauche
        ich nicht, brauchen _ nicht, brauchen __ nicht, brauchen keine, brauchen wir aktuell nicht, brauchen wir
        derzeit nicht, brauchen wir nicht, derzeit nicht, genug*, genugt uns, kein bedarf, kein interesse, keine
        weiteren, keine zusatzlich*, leicht, momentan nicht, muss nicht, mussen nicht, nein danke, nicht
        erforderlich, nicht interessiert, nicht notig, nicht upgraden, passt so, reichen uns vollig, reichen
        vollig, reichlich, reicht __ vollig, reicht aus, reicht fur, reicht uns, reicht uns aus, reicht vollig,
        sind versorgt, uberflussig, vollkommen ausreichend, wieder genug, wollen keine, wollen nicht""",
    "feature": """alarm*, anbindung*, android, anheften, anmelden mit, ansicht*, api, app, archivierung,
        assistent, auswertung*, automatisch, azure, backup*, barcode*, benachrichtigung*, berichte, berichten,
        branding, chat, checklisten, csv, dashboard*, datev, design thema, desktop, diagramm*, drucken als,
        dsgvo, dunkelmodus, duplizieren, erinnerung*, erinnerungen, excel, export*, filter, fingerabdruck,
        freigabe*, funktion*, gantt*, genehmigung*, gps, gruppier*, gutschein*, historie, hosting, hubspot,
        import*, integration*, ios, ipad, jira, kalender*, karte mit, karte*, kommentar*, konnektor*, kopieren,
        koppeln, kostenstelle*, lager, ldap, logo, lohn, massenbearbeitung, mehrsprach*, mehrwahrung*, mobil*,
        modul*, modus, moglichkeit*, notizen, offline arbeiten, offline funktion*, offline modus, offline nutz*,
        offline version, offline zugriff, offline*, okta, option, passkey*, pdf, planung, plugin*, portal,
        prognose*, qr, rechnungen, rechte, rolle*, salesforce, sandbox*, sap, scanner funktion, schlagworte,
        schnittstelle*, serienbrief*, serienmail*, sharepoint, shopify, sicherung*, single sign*, slack,
        sortier*, spalte*, spaltenbreite, sprachausgabe, sprache*, sso, stapelverarbeitung, suchfunktion*,
        tablet*, tags, tastenkurzel, teams, texterkennung, ubersetzung*, umfrage*, unteraufgaben, unterschrift*,
        unterstutz*, upload funktion, verbinden, vergleich von, vergleichen, verknupf*, verschlusselung,
        versionierung, video*, vorlage*, wahrung*, webhook*, widget*, windows, workflow*, zahlungsarten,
        zahlungserinnerung*, zapier, zeiterfassung, zeitplan, zeitstrahl, zeitzone*, zertifizierung, zwei
        faktor*""",
    "plan": """ab welcher, abo*, basis, bezahlversion, business, edition, edition*, enterprise, freischalt*,
        grosse version, grosses paket, hoheres paket, hoherwertig*, modul, paket*, paketwechsel, plus, premium,
        pro, professional, standard, starter, stufe, tarif*, tarifwechsel, teamtarif, umstellung, upgrade*,
        version, wechseln auf, welche edition, zusatzmodul""",
    "missing": """anpassbar, anregung, auf eurer liste, auf eurer roadmap, aufnehmen, ausgegraut, baut, bietet
        ihr, bisher nicht moglich, bislang nicht moglich, bitte _ hinzufugen, bitte _ machen, bitte einbauen,
        bitte ermoglichen, bitte um funktion, dickes plus, einbauen, einfuhren, einstellbar, erganzen,
        ermoglicht, fehlt, fehlt die, fehlt ein, fehlt eine, fehlt leider, fehlt noch, geplant, gibt es bald,
        gibt es leider, gold wert, grosses plus, hatte gerne die, idee, implementier*, in planung, integrieren,
        irgendwann, ist geplant, keine moglichkeit, kommt noch, konnte man, konnten sie _ anbieten, konntet ihr,
        leider keine, leider nicht, man sollte, mir fehlt, nachrusten, nicht moglich, nicht unterstutzt, ohne
        die, ohne eine, ohne zwei, option ware, planen sie, plant ihr, roadmap, schade, solange, soll es geben,
        sollte _ bleiben, sollte gespeichert, sollte man, sollten _ konnen, uns fehlt, unterstutzt __ nicht,
        veranderbar, verbesserungsvorschlag, vermiss*, vorschlag, wann kommt, wann unterstutzt, ware _
        hilfreich, ware _ moglich, ware _ wichtig, ware cool, ware es moglich, ware fein, ware gold wert, ware
        hilfreich, ware ideal, ware klasse, ware nett, ware praktisch, ware prima, ware schon, ware sinnvoll,
        ware super, ware toll, ware wunschenswert, wird es geben, wunsch*, wunschenswert, wunschliste, wurde _
        helfen, wurde mir helfen, wurde mir wunschen, wurde uns helfen, wurden uns wunschen, zu konnen,
        zulassen""",
    "ask_has": """ab welchem, ab welcher, beinhaltet, bieten sie, bietet, buchbar, dabei, enthalten, geht das,
        geht das im, gibt es, gibt es eine, gibt es einen, gibts, haben sie, habt ihr, im paket, in welchem, in
        welchem abo, in welcher, inklusive, irgendwie mit, ist _ moglich, ist __ dabei, ist __ enthalten, ist
        das moglich, kann _ software, kann die, kann euer, kann ihr, kann man, kann man zwei, konnen wir, konnt
        ihr, lasst sich, sind __ dabei, standardpaket, unterstutzt, verfugbar, welchem tarif, welcher tarif,
        welches abo, wird _ unterstutzt, wird es""",
    "price": """anschaffung, ausgabe*, beitrag, betrag, bezahl*, budget*, eur, euro, gebuhr*, gebuhren, geld,
        honorar, jahr, konditionen, kost*, listenpreis, marge, monat, monatlich, preis*, pro kopf, pro nutzer,
        rabatt*, rechnung, summe, tarif*, tausend, zahl*""",
    "expensive": """abzocke, bessere konditionen, billiger*, das doppelte, doppelt so teuer, entgegenkomm*,
        finde ich viel, fressen, frisst, ganz schon viel, gekurzt, gepfeffert, gunstiger*, halben preis, happig,
        hohe kosten, im vergleich, in keinem verhaltnis, ist schon viel, kosten __ hoch, kostspielig, leisten,
        mehr als unsere, nachlass, nicht bezahlbar, nicht im budget, nicht leisten, preiserhohung,
        preisnachlass, preissteigerung, rabatt*, recht viel, saftig*, sparen, sprengt das budget, stemmen,
        teuer*, teurer als, ubersteigen, ubersteigt, uberteuert, unverhaltnis*, unverschamt teuer, verteuer*,
        viel geld, weniger zahlen, wucher, ziemlich viel, zu hoch*, zu viel fur, zu viel geld, zur halfte""",
    "value": """amortisier*, ausgezahlt, auszahlt, beleg*, bringt es, bringt uns, effekt, effizienz, einspar*,
        einsparung*, erfolg, ergebnis*, ersparnis, ertrag, fehlen wurde, gebracht, gerechnet, gewinn, hilft uns,
        investition*, kennzahlen, kosten nutzen, lohn*, lohnenswert, mehr umsatz, mehrwert, messbar*, nachweis*,
        nutzen, nutzlich, preis leistung*, profit*, rechnet sich, referenz*, rendite, rentabel, rentier*, return
        on investment, roi, sinnvoll, sparen wir, steigen, studie*, umsatz, verbesserung, verkaufe, verlieren
        wurde, vorteil*, wert, wirkung, wirtschaftlich*, wofur _ zahlen, zahlen, zahlt __ aus, zahlt sich aus,
        zeit sparen""",
    "doubt": """argument*, argumente, auf dem prufstand, begrunden, begrundung, bisher, bislang, bleibt __
        ubrig, brauchen wir das wirklich, braucht man, bringt das, chef, controller, controlling, eine stufe
        runter, einkauf, erhofft, erklaren sie mir mal, erwarte ich, erwartet hatten, fehlen wurde, fragen uns,
        fraglich, fragt nach, fragt sich, fragt was, fragwurdig, gar nichts gebracht, geschaftsfuhrung,
        geschaftsleitung, gleich geblieben, hakt nach, herunterstufen, hinterfrag*, in frage, kaum, kein
        bisschen, kein nutzen, kein nutzen ubrig, keine verbesserung, keinen einzigen, keinen nutzen, lohnt _
        uberhaupt, luxus, merke nichts, nicht uberzeugt, nicht wert, nichts gebracht, ob das, ob sich, ob wir,
        prufstand, rausgeschmissen*, rechtfertig*, schwer vermittelbar, schwer zu rechtfertigen, sehe __ nicht
        ein, sehe den __ nicht, sehe keinen, sehe nicht, skeptisch, sparkurs, spart uns das, stellt _ in frage,
        stimmt _ nicht mehr, stufe runter, uberdenken, uberhaupt, uberschaubar, uberzeug*, unklar ob,
        unschlussig, verlieren wir, verlieren wurden, vermitteln, verschwend*, versprochen, vertreten,
        verzichten, warum eigentlich, warum soll*, warum wir, was bringen, was bringt, was habe ich davon, was
        haben wir davon, wenig nutzen, wenig uberzeugt, weshalb soll*, weshalb wir, wieso soll*, will wissen
        was, wirklich zeit, wofur, wozu, zu wenig fur, zuruck zu excel, zweifel*, zweifle""",
    "unused": """benutzt niemand, die wir nutzen, fast nie, fast niemand, gar nicht genutzt, kaum einer, kaum
        genutzt, kaum jemand, kaum noch, kaum verwendet, liegt brach, nicht genutzt, niemand nutzt, nutzen _ gar
        nicht, nutzen _ kaum, nutzen _ nur, nutzen wir gar nicht, nutzen wir nicht, nutzen wir nur, nutzt _
        kaum, selten, selten genutzt, so gut wie nie, ungenutzt, verstaubt, waren _ aktiv, wird nicht genutzt""",
    "praise": """alles gut, begeistert, bestens, dank, danke, einwandfrei, empfehl*, fair, freue, freut,
        funktioniert gut, funktioniert super, gefallt, genau das, genial, glucklich, gratulation, grossartig,
        gut, gut gemacht, gute, gutes, hervorragend, jeden cent, klasse, lauft super, leicht verstandlich, lob,
        passt, passt so, perfekt, prima, reibungslos, rund, spass, spitze, super, toll, weiter so,
        weiterempfehlen, wie geschmiert, wunderbar, zufrieden""",
    "not_understand": """auf dem schlauch, aufklarung, bahnhof, begreif*, begreife __ nicht, blick* _ nicht,
        check* _ nicht, checke __ nicht, erklaren, erklart, ich dachte, kann __ nicht sagen, kann nichts mit,
        kapier*, kein durchblick, kein plan, keine ahnung, keinen plan, keinen schimmer, konnte mir jemand,
        leuchtet _ nicht, mir nicht klar, mir unklar, missverstand*, nicht begriffen, nicht durch, nicht
        eindeutig, nicht erklaren, nicht ersichtlich, nicht kenne, nicht klar, nicht nachvollzieh*, nicht
        schlau, nicht verstanden, nicht verstandlich, nichts anfangen, raff, raffe, ratsel*, sagt mir nichts,
        schlau, schwer verstandlich, steig __ nicht durch, steige __ nicht durch, unbegreiflich, unklar,
        unverstandlich*, verstand*, versteh* nur, verstehe _ nicht, verstehe __ nicht, verstehe ich die,
        verstehe nicht, verstehen _ nicht, verstehen __ nicht, verstehen nicht, was damit gemeint, weiss __
        nicht, weiss nicht, weiss nicht wie, werde nicht schlau, wie soll _, wissen __ nicht, wissen nicht,
        wissen nicht wie""",
    "lost": """anfanger*, anleitung, auf die sprunge, auskennen, bedienung, bin neu, blode frage, chaos,
        chaotisch, crashkurs, dumme frage, durcheinander, einarbeitung, einfuhrung, eingearbeitet, einweisung,
        finde mich nicht, finden uns nicht, handbuch, hangen geblieben, hilfe, hilfestellung, im kreis,
        irrgarten, kein techniker, komm nicht weiter, komme __ nicht weiter, komme nicht klar, komme nicht
        weiter, kommen nicht weiter, kompliziert*, kurs, labyrinth, laie*, neu hier, neuling, nicht intuitiv,
        nicht selbsterklarend, nicht zurecht, nicht zurechtfinden, ohne ubergabe, ratlos, schritt fur schritt,
        schulung*, schwer zu bedienen, schwer zu verstehen, stehe vor, tutorial*, uberforder*, uberfordert,
        ubergabe, ubersicht, umstandlich, umstandlich*, undurchsichtig, unlogisch, unterstutzung beim
        einrichten, unubersichtlich, verloren, verschachtelt, verstehe die welt, verwirr*, verzweifelt,
        verzweifl*, verzweifle, wer soll, wirr, wo fange, womit fange, zu kompliziert, zu viele optionen""",
    "where": """in welchem menu, unter welchem, welcher menupunkt, wo _ hin, wo andere, wo befindet, wo bekomme,
        wo finde*, wo geht, wo genau, wo gibt, wo hat, wo ist, wo ist der, wo kann, wo liegen, wo liegt, wo
        muss, wo sehe, wo sind, wo steht, wo stell*, wo stelle, wo trage, wo verbirgt, wo versteckt, wo war,
        wohin""",
    "not_find": """abgesucht, fehlt der button, find _ nix, find __ nicht, finde _ nicht, finde _ nichts, finde
        __ nicht, finde __ nirgends, finde aber nicht, finde kein*, finde nicht, finde nichts, finden _ nicht,
        finden __ nicht, gefunden habe ich nichts, gesucht, nicht auffindbar, nicht aufspuren, nicht entdeckt,
        nicht finden, nicht gefunden, nicht zu sehen, nirgends, nirgendwo, nirgendwo zu, sehe __ nirgends, sehe
        keine, sehe keinen button, suche _ vergeblich, suche __ vergeblich, suche schon, suche seit, suche
        vergebens, suchen schon, uberall geschaut, vergeblich, versteckt""",
    "meaning": """arten von, bedeuten, bedeutung, der unterschied, eintragen, gemeint, heissen, und jetzt,
        unterschied zwischen, was bedeutet, was heisst, was ist der, was ist ein, was ist eine, was ist mit, was
        macht, was muss ich, was passiert wenn, was sind, was soll das, was soll ich, was sollen, was tut, was
        will, was zeigen, was zeigt, welche bedeutung, welche der, welchen soll, welcher der, welches von, wie
        berechnet, wie genau, wie hangt, wie unterscheide*, wofur ist, wofur stehen, wofur steht, wofur was,
        worin, wozu""",
    "broken": """404, 500, 502, 503, abgebrochen, abgehackt, abgelehnt, abgemeldet, abgesturzt, absturz*, arger,
        ausfall*, ausfalle, ausgefallen, ausgeloggt, aussetzer, bleiben _ stehen, bleiben __ stehen, bleibt _
        stehen, bleibt __ stehen, brechen _ ab, bricht _ ab, bug*, crash*, dauerschleife, defekt*,
        doppelbuchung*, down, eingefroren, endlosschleife, fehler*, fehlermeldung*, fehlgeschlagen, flackert,
        fliege __ raus, friert, gab es nur arger, gesperrt, hakt, hangen, hangt, instabil, kaputt, kryptische
        zeichen, lahm, lahmgelegt, leere datei, leere seite, leerer bildschirm, macht zicken, macke*, neustart*,
        nicht erreichbar, nicht lesbar, offline, ohne artikel, panne*, problem bei, problem mit, probleme mit,
        rausgeworfen, ruckel*, schlagt _ fehl, schlagt fehl, schliesst sich, schwarzer bildschirm,
        schwierigkeiten, server, serverfehler, spinnt, steht still, stillstand, storung*, streikt, sturzt,
        technische probleme, technischer defekt, timeout*, uberlappen, unbrauchbar, ungultig, unleserlich,
        unterbrechung*, unterbroch*, verbindung unterbrochen, verbindungsabbr*, verdreht, verliert,
        verschwinden, verschwindet, vertauscht, verweigert, verzerrt, weisse seite, weisser bildschirm, wirft
        mich, zerschossen, zweimal gelaufen""",
    "not_work": """bleibt leer, druckt __ nicht, druckt nicht, findet _ nicht, funktionieren __ nicht,
        funktioniert _ nicht, funktioniert __ nicht, funktioniert nicht, gehen __ nicht, geht _ nicht, geht __
        nicht, geht nicht, immer noch nicht, kann __ nicht bearbeiten, kann __ nicht bezahlen, kann __ nicht
        drucken, kann __ nicht einloggen, kann __ nicht herunterladen, kann __ nicht hochladen, kann __ nicht
        offnen, kann __ nicht speichern, kann mich nicht, kein ton, kein zugriff, keine mails, keine verbindung,
        keinen zugriff, klappt _ nicht, klappt __ nicht mehr, klappt nicht, komme __ nicht rein, komme nicht in,
        komme nicht rein, kommen _ nicht, kommen __ nicht an, kommen nicht rein, kommt _ nicht, kommt __ nicht
        an, kommt nicht an, konnen __ nicht drucken, konnen __ nicht zugreifen, ladt _ nicht, ladt __ nicht,
        ladt nicht, lassen sich __ nicht, lassen sich nicht, lasst sich __ nicht, lasst sich nicht, lauft _
        nicht, lauft __ nicht, lauft nicht, nicht angekommen, nicht angezeigt, nicht anmelden, nicht
        aufgezeichnet, nicht ausgefuhrt, nicht drucken, nicht einloggen, nicht erhalten, nicht erreichbar, nicht
        exportiert, nicht freigeschaltet, nicht gedruckt, nicht gesendet, nicht gespeichert, nicht
        herunterladen, nicht hochladen, nicht importiert, nicht mehr angezeigt, nicht mehr aufrufen, nicht mehr
        empfangen, nicht mehr gesendet, nicht mehr importiert, nicht mehr ubertragen, nicht moglich sich, nicht
        offnen, nicht speichern, nicht synchronisiert, nicht ubertragen, nicht verarbeitet, nicht verbunden,
        nicht verschickt, nicht zugestellt, nichts erhalten, nichts mehr empfangen, nie angekommen, noch immer
        nicht, offnet _ nicht, offnet __ nicht, passiert _ nichts, passiert gar nichts, passiert nichts,
        reagiert _ nicht, reagiert nicht, scheitert, schlagt __ fehl, speichert _ nicht, startet __ nicht,
        startet nicht, stimmen nicht, stimmt _ nicht, stimmt nicht, synchronisiert _ nicht, tut __ nicht, tut
        nicht, tut sich nichts, verweigert, werden __ nicht angezeigt, wird __ nicht angezeigt""",
    "wrong_data": """abweich*, alles weg, an falsche, daten weg, datenleck, datenschutzvorfall, datenverlust,
        duplikate, durcheinandergebracht, falsch*, falsche betrage, falsche preise, falschen kunden, fehlen __
        daten, fehlen __ eintrage, fehlende, fehlerhaft*, fremde, fremden, geloscht, inkorrekt*, ist weg,
        korrigieren, nicht korrekt, plotzlich weg, sind weg, stimmen _ nicht, stimmen nicht, stimmt nicht, tag
        verloren, uberein, uberschrieben, unstimmig*, unvollstandig*, veraltet, verdoppelt, verfalscht,
        verkaufstag verloren, verloren, verrechnet, verschwind*, verschwunden, vertauscht, weg, zu hoch
        ausgewiesen""",
    "billing": """abbuchung von, abbuchung*, abgebucht, abgerechnet, auf der rechnung, belastet, berechnet,
        bucht _ ab, doppelt abgebucht, doppelt berechnet, doppelt bezahlt, eingezogen, einzug, erstatt*, falsch
        abgerechnet, falsche rechnung, fehlerhafte rechnung, geld zuruck, gutschrift, immer noch abgebucht, in
        rechnung gestellt, karte abgelehnt, kontoauszug, korrigieren, lastschrift, mahnung*, mehrwertsteuer, mir
        wurden, nicht autorisiert, nicht genehmigt, ohne zustimmung, rechnung __ falsch, rechnung falsch,
        reklam*, ruckerstatt*, ruckzahlung, storn*, umsatzsteuer, unberechtigt*, unberechtigte*, ungefragt, ust
        falsch, versteckte kosten, weiter abgebucht, will ich zuruck, zahlung fehlgeschlagen, zu unrecht, zu
        viel berechnet, zuruckgestuft, zuruckuberweisen, zuruckzahlen, zuviel, zweimal abgebucht, zweite
        abbuchung""",
    "slow": """ewig, ladezeit*, lahm, lange ladezeit*, langsam*, performance, ruckelt, stunden zu spat, trage,
        verzoger*, zu spat""",
    "waiting": """alle paar, angerufen, endlich, hat sich keiner, hat sich niemand, immer noch, jedes mal, kein
        anruf, keine antwort, keinen anruf, keiner, keiner hat sich, meldet sich, nicht gemeldet, nicht
        zuruckgerufen, nichts gehort, nie erschienen, nie gemeldet, niemand, niemand hat sich, noch nichts
        gehort, nochmals, obwohl, ruckruf, schon wieder, seit _ tagen, seit gestern, seit heute, seit montag,
        seit tagen, standig, taglich, trotz, trotzdem, wann wird, warte*, weiterhin, zugesagt, zum dritten mal,
        zum zweiten mal""",
    "angry": """allein gelassen, am ende, arger, argerlich*, armutszeugnis, arrogant, aufgelegt, beschwer*,
        beschwerde, blamabel, blamage, bodenlos, dreist, enttausch*, frechheit, frust*, frustrier*, geduld, geht
        gar nicht, genervt, im stich, inakzeptabel, inkompetent, katastroph*, lacherlich, mangelhaft, miserabel,
        nervt, nicht akzeptabel, nicht hinnehmbar, nicht mit kunden um, nicht zufrieden, nie erschienen, nur
        arger, nur noch arger, peinlich, reicht es, reicht jetzt, reklamation, sauer, schaden, schlecht*,
        schlimm*, schnauze voll, schrecklich, skandal, so geht man nicht, stinksauer, unfreundlich, unmoglich,
        unprofessionell, unter aller, unterirdisch, unverschamt*, unzufrieden, verarger*, verkaufstag,
        verstimmt, wutend, zumutung""",
    "cancel": """abmelden, abo beenden, abo kundigen, abo stoppen, abonnement beenden, abschalten, abzumelden,
        account auflosen, account loschen, account schliessen, auf kostenlos, aufgelost, aufheben, aufhebung*,
        auflos*, auflosung, aus dem abo, aus dem vertrag, ausgetreten, auslaufen, aussteigen, ausstieg,
        austreten, austritt, automatische verlangerung, beende*, beenden, beenden wir, bitte loschen, bucht
        nichts, deaktivieren, einstellen, einzugsermachtigung, ende der laufzeit, frist, gekundigt, hiermit die
        kundigung, ist __ schluss, keine weitere abbuchung, konto auflosen, konto deaktivieren, konto endgultig,
        konto loschen, konto schliessen, kundig*, kundigung, kundigung*, kundigungsfrist, lastschrift
        widerrufen, losche* mein*, mitgliedschaft beenden, nicht mehr abbuchen, nichts mehr abbuchen, profil
        loschen, quartalsende, raus aus, rucktritt, schalten __ ab, schliessen lassen, schliessen sie das konto,
        schluss, sonderkundig*, steigen _ aus, stilllegen, storniere*, stornieren, uns deaktivieren,
        verlangerung deaktivieren, vertrag __ beenden, vertrag aufheben, vertrag auflosen, vertrag beenden,
        vertragsende, vertragslaufzeit, widerruf*, wie kann ich kundigen, wie kundige, zugang loschen, zugang
        sperren lassen, zum laufzeitende, zum monatsende, zum nachstmoglichen""",
    "not_renew": """aufhoren, auslaufen lassen, benotige _ nicht mehr, benotige __ nicht mehr, benotigen _ nicht
        mehr, benotigen __ nicht mehr, brauchen _ nicht mehr, brauchen __ nicht mehr, enddatum, horen auf, kein
        interesse mehr, keine verlangerung, keine verwendung, keine weitere verlangerung, keinen bedarf mehr,
        lassen __ auslaufen, letzten monat bei, nicht erneuern, nicht fortfuhren, nicht fortsetz*, nicht langer,
        nicht mehr benotigt, nicht mehr brauchen, nicht mehr weiter, nicht verlanger*, nicht verlangert werden,
        nicht weiter, nicht weiter nutzen, nicht weiterfuhren, nicht weitermach*, nutze _ nicht mehr, nutze __
        nicht mehr, nutze es nicht, nutzen _ nicht mehr, nutzen __ nicht mehr, nutzen es nicht, verlangern _
        nicht, verlangern __ nicht, verlangern wir nicht""",
    "switch": """ablosen, abwandern, abzulosen, alternative*, anbieter gefunden, anbieter vor ort,
        anbieterwechsel, andere software, anderen anbieter, anderen dienstleister, anderen software, anderer
        anbieter, anderes programm, anderes system, anderes tool, auf wiedersehen, bei _ unterschrieben, daten
        ubergeben, eigene losung, eigenentwicklung, ein anderes, einem anderen, einer anderen, entscheiden uns,
        entschieden, ersetzen, ersetzt, etwas besseres, gehen zur, gewechselt, haben _ unterschrieben, haben __
        gewahlt, inhouse, komplett zu, konkurrenz, kunftig nutzen, lebewohl, migration zu, migrier*, mitbewerb*,
        neue software, neuen anbieter, neuer anbieter, neues system, open source, selbst entwickelt, setzt etwas
        anderes, sind weg, sind zu _, steigen auf __ um, steigen um, systemwechsel, trennen, tschuss,
        umgestiegen, umgezogen, umsehen, umsteigen, umzieh*, verabschieden, verlassen, was besseres, wechsel zu,
        wechseln _ zu, wechseln wir, wechseln zu, wechsle zu, weg von, wettbewerb*, ziehen _ um, zu _ umgezogen,
        zu _ wechseln, zukunftig mit, zur konkurrenz""",
    "stay": """bleiben bei, bleiben wir, verlangert, vertrag ist unterschrieben, von _ zu euch, zu euch
        gewechselt, zu ihnen gewechselt""",
    "object": """abonnenten, adresse, als pdf, anbei, anfahrt, ansprechpartner, anwenderkonferenz, beigefugt,
        besprechung, besuch, browser, buchhaltung, buro, dienstag, donnerstag, eigenen, feiertage, ferien,
        findet __ statt, flug, folien, freitag, geburtstag, heute bezahlt, hotel, im anhang, konferenz*, kunde
        __ abgesagt, kunde __ storniert, kunde hat storniert, lieferung, logodatei, meeting, mittag, mittwoch,
        morgen fruh, newsletter, paketdienst, parken, parkplatze, passwort, preisliste, rechnung haben wir,
        router, schulung am, teilnehmerliste, telefonnummer, termin, uberweisung, unserem, unterlagen,
        unterschriebene, urkunden, ust, veranstaltung, vergessen sie, verschieben, verspate, webinar,
        weihnachten""",
    "account": """abo, abonnement, account, dienst, konto, kundenkonto, laufzeit, lizenz, mitgliedschaft, paket,
        profil, testphase, vereinbarung, verlangerung, vertrag, vertrage, zugang, zusammenarbeit""",
    "solved": """absturz* __ nicht mehr auf, alles gut, alles klar, behoben, danke dass ihr, danke dass sie,
        danke fur die erklarung, danke fur die hilfe, danke fur die schnelle, danke furs, einfach zu bedienen,
        eingegangen, erledigt, fehlalarm, fehler __ ist weg, fehler __ nicht mehr auf, funktioniert jetzt,
        funktioniert wieder, gefunden, geht jetzt, geht wieder, geklart, gelost, geschlossen werden, hat
        geholfen, hat geklappt, hat sich erledigt, ist wieder, jetzt klappt, jetzt klar, kein problem, keine
        beschwerden, keine fehler, keine probleme, klappt jetzt, klappt's, laeuft wieder, lag an meinem, lag an
        uns, lag an unserem, lauft rund, lauft wieder, leicht verstandlich, loslegen, mein fehler, nicht
        kompliziert, nicht mehr auf, passt jetzt, problem* __ ist weg, problem* __ nicht mehr auf, selbst
        schuld, storung __ vorbei, sturzt nicht mehr, tritt _ nicht mehr, verstanden jetzt, wieder da, wieder
        normal""",
    "not": """kein, keine, keinen, keiner, nicht, nichts, nie, niemand, nirgends, nix, ohne, weder""",
    "how": """in welchem, kann ich, konnen sie, konnen wir, wann findet, wer ist, wie andere, wie gehen, wie
        kann ich, wie konnen wir, wie lang, wie sind, wie viele""",
    "if": """andernfalls, ansonsten, entweder, falls, solange, sonst, wenn nicht""",
    "twice": """doppelt, dreimal, mehrfach, zweifach, zweimal""",
    "own": """eigene, eigenen, unsere kunden, unserer kunden""",
    "contrast": """dabei habe ich, obgleich, obwohl, trotz, trotzdem""",
}
