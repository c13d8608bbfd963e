"""French words by idea; `words` says how a pattern is written."""

IDEAS = {
    "seats": """accedants, acces, admins, agences, agents, appareil*, arrivants, benevole*, boutique, caisse*,
        chauffeurs, collaborateur*, collegue*, commercia*, compte*, connexions, conseillers, ecrans, effectif*,
        eleve*, embauch*, enseignants, equipe*, filiale*, freelances, identifiant*, interimaires, invitation*,
        itinerants, licence*, lignes, machines, magasin, magasins, membres, nouveaux arrivants, numero,
        operateur*, personnel, personnes, poste*, recrut*, redacteurs, renforts, salarie*, service, service
        achats, services, session*, siege*, sites, stagiaire*, techniciens, telephones, terminaux, users,
        utilisateur*, vendeurs""",
    "space": """archivage, boite mail, capacite*, cloud, conservation, disque, espace*, giga*, go, memoire, mo,
        place, puissance, ram, serveur, stockage, teraoctet*, to""",
    "quota": """appels, articles, campagnes, contacts, credits, dossiers, enregistrements, envois, evenements,
        forfait, forfait n'en couvre, formulaires, jetons par, lignes, limit*, limite quotidienne, maxim*,
        maximum, mesures, minutes, nombre, nombre de, pages, palier*, par minute, par mois, plafond*, produits,
        projets, quota*, requete, requetes, sessions, seuil*, sondages, tableaux, taille maximale, transactions,
        volume""",
    "more": """accroitre, additionnel*, agrand*, agrandissement, ajout*, ajouter des, ajouter deux, au dessus,
        augment*, augmentation du, cinq de plus, davantage, de plus, debloquer, deploie, deux de plus, deuxieme,
        dix de plus, doubler, elargir, elargissement, en plus, en sus, encore deux, encore un, equiper, etend*,
        etendre, extension, hausse, hausser, illimite*, monter, monter a, niveau suivant, ouvrir, palier
        suivant, passer a, passer au, passer de, plus de, plus grand*, plus gros*, plus haut, plus haute, plus
        large, porter, rajout*, rajouter, rallonge*, recharg*, relever, repousser, second*, six identifiants,
        suivant, superieur*, superieure, supplementaire*, trois de plus, trois lignes de plus, troisieme, un
        cran""",
    "buy": """achat, achet*, bon de commande, combien, command*, coute*, coutent, devis, payer pour, prix pour,
        proposition, souscri*, tarif""",
    "full": """a court, a l'etroit, a la limite, a ras bord, agrandie, atteignons, atteindre, atteint*, au bout,
        autorises, bientot epuise*, bientot plein, bute, buter, combien pour passer, deborde*, depasse le,
        depasse notre, depassons, en manque, epuise*, est refusee, explose*, fini, finis, insuffisance,
        insuffisant*, limite a, limite atteinte, limite depassee, limites a, manque, manquent, n'en couvre, ne
        couvre, ne nous suffi*, ne reste que, ne suffisent, ne suffit pas, ne tient pas, on atteint, part vite,
        pas assez, pas suffisant*, plein*, plus aucun*, plus de credits, plus de licence*, plus de place, plus
        que deux, plus que trois, plus rien de libre, presque plein*, que 2, que 3, que 5, que trois, sature*,
        seulement 3, seulement 5, seulement trois, sont refusees, suffit pas, tous pris, toutes prises, trop
        bas*, trop etroit*, trop juste, trop petit*, trop petite*, trop peu, trop serre, vite parti""",
    "need": """aimer*, aimerions, besoin, crucial, desir*, essentiel pour, exige, faudra, faudrait, faut, il
        nous faut, important pour nous, indispensable*, interesse*, j'aimerais, merci de nous, necessaire*, nous
        aurions besoin, primordial, requis, serait necessaire, souhait*, veux, voudr*, voulons""",
    "no_need": """amplement, assez de, aucun besoin, aucune licence supplementaire, ca nous suffit, cela nous
        suffit, convient, il nous reste, inutile, largement, merci quand meme, n'en avons pas besoin, ne
        souhaitons pas, ne veut pas changer, ne voulons pas, non merci, nous suffisent, nous va, nous vont, pas
        besoin, pas de licence*, pas de stockage en plus, pas interesse*, pas l'intention, pas necessaire, pas
        utile, plus besoin de plus, sans besoin, suffisent largement, suffit amplement, suffit largement""",
    "feature": """acces invite, alerte*, analytique, android, api, appli, application tablette, approbation*,
        archivage, assistant, attribuer, automatis*, azure, bons de reduction, bouton, calendrier, carte de,
        carte*, certification, chat, chercher, chiffrement, chronologie, cloner, code* barre*, colonne*,
        commentaire*, comparer, comptes okta, connecter a, connecter avec, connecteur*, cote a cote, csv, devis,
        devise*, double authentification, droits, dupliquer, empreinte, en masse, enquete*, environnement*,
        epingler, excel, export*, filtre, fonction*, fuseau*, gantt, garder en memoire, gestion, glisser, gps,
        graphique*, hebergement, historique, hors connexion, hubspot, import, impression en, imprimer en,
        integration*, ios, jira, langue*, largeur, ldap, lecture de, lier a, listes, logo, mobile, mode, mode
        hors connexion, mode hors ligne, modele*, modifiable, module*, mots cles, multidevise*, multilingue,
        notes, notification*, ocr, okta, option*, paie, paiement en ligne, partage, passerelle*, pdf,
        personnalis*, planification, planifier, plugin*, portail, prevision*, programmer, publipostage, qr,
        raccourci*, rapport*, recherche, recurrent*, regrouper, relances automatiques, relances de, relie,
        relier, rgpd, role*, salesforce, sauvegarde*, se connecter avec, sharepoint, shopify, signature*, slack,
        sous taches, sso, statistique*, stocks, tableau de bord, tablette, tableur, teams, theme*, traduction*,
        traduire, tri, validation, versionnage, video, vue, webhook*, widget*, windows, zapier""",
    "plan": """abonnement, business, changer de formule, edition, edition*, enterprise, essentiel, forfait,
        formule*, gamme, montee en gamme, montee en version, offre superieure, offre*, pack, palier, plus,
        premium, pro, professionnel*, quelle edition, standard, starter, upgrade, version, version payante""",
    "missing": """absence de, aimerais pouvoir, ajouter, ajouter une carte, ajoutez, allez vous proposer,
        amelioration*, aurait besoin d'un, avoir la possibilite, bienvenu*, c'est pour quand, ce serait, ce
        serait genial, ce serait super, comptez vous, developper, devraient pouvoir, devrait, devrait pouvoir,
        devrait rester, dommage, dommage que, envisagez, est ce prevu, est elle prevue, est il prevu, grand
        service, grise, grisee, idee, il faudrait, il manque, il manque un, il manque une, impatience,
        implementer, indispensable, integrer, je voudrais pouvoir, liste de souhaits, manque, me manque, merci
        de l'ajouter, merci de prevoir, mettre en place, modifiable, n'est pas gere, n'existe pas, nous
        aimerions pouvoir, nous manque, on aimerait pouvoir, on ne puisse, parametrable, pas de fonction, pas
        encore possible, pas gere, pas possible, pensez a, permettez, permettre de, possibilite de, pourriez
        vous proposer, pouvoir, prevoir, prevoyez, prevu*, quand arrive*, quand la proposerez, quand le
        proposerez, rajoutez, regrett*, rendez la, rendre, sans ca, sans cette, sans double, serait _
        envisageable, serait appreciable, serait bien, serait genial, serait il possible, serait interessant,
        serait le bienvenu, serait parfait, serait pratique, serait super, serait top, serait utile, sinon,
        souhait, souhaiterions voir, suggere*, suggestion*, tant que, un plus, vous ne gerez, vrai plus""",
    "ask_has": """a partir de quelle, avez vous, c'est possible, compatible, comprend, compris dans, comprise
        dans, comptez vous, dans quelle, disponible*, est ce inclus, est ce possible, est ce que le, est elle
        incluse, est il inclus, est il possible, existe t il, fait il, gere, gere t il, inclus*, la contient, le
        permet, le permet elle, les contient, permet elle, permet il, peut on, peut on la, peut on le, prend en
        charge, proposez, quel abonnement, quelle edition, quelle formule, quelle offre, quelle version, sait
        il, serait il, vous avez, vous le proposez, y a t il""",
    "price": """abonnement, an, annuel*, argent, augmentation, balles, budget, cotisation, cout, cout*, coute*,
        couts, depense*, euro*, factur*, frais, honoraires, hors budget, marge, mille, mois, montant, par tete,
        par utilisateur, pay*, prix, remise, tarif*, tarification""",
    "expensive": """abordable, au dessus de nos moyens, augmentation, budget _ reduit, cher, chere, chers, cout
        eleve, cout trop, coute cher, coute plus, coute trop, couts, couts trop, depasse largement, depassent
        largement, deux fois plus cher, disproportionn*, economiser, excessif*, exorbitant, facture salee,
        geste, gourmand, hausse, hors budget, hors de prix, jete*, le double, lourd, mange notre, mangent, me
        parait eleve, meilleur prix, meilleure offre, moins cher*, moitie prix, onereux*, par rapport aux
        autres, parait eleve, pas les moyens, payer moins, pique, plus cher, prohibitif*, rabais, reduction,
        reduire les couts, remise, revoir le tarif, ruineux, sale, semble eleve, trop cher, trop d'argent, trop
        eleve*""",
    "value": """amene, amort*, apport, apporte, apports, avantage*, benefice*, ca vaut, ce qu'on en tire,
        chiffres, demontr*, economi*, efficacite, en tire, en valoir, en vaut la chandelle, etudes, gagn*, gain
        de temps, gain*, impact, interet, investissement, justifie, mes ventes, mesurable*, perdrais, perdrions,
        plus value, preuve*, profit*, progress*, prouv*, rapport qualite, rapporte*, rapporter, references,
        rendement, rentab*, resultats, retombees, retour sur investissement, roi, servirait, utile, utilite,
        valeur, valeur ajoutee, vaut, vaut il, ventes""",
    "doubt": """a quoi, a quoi bon, achats, ai du mal, argument*, arguments, attendions, attends que l'appli,
        aucune amelioration, bien mieux, bof, cherche encore, controle de gestion, controleuse, convain*,
        convaincre, d'un poil, daf, defendre, demande ce que, descendre d'un cran, difficile d'y voir, difficile
        de, directeur, direction, doute*, du mal a justifier, du mal a voir, en cause, en question, en revenant
        a, est ce bien utile, est ce que ca, expliquez moi ce que, formule inferieure, franchement, guere,
        hesit*, intere* _ limite, interroge, j'attends que, jusqu'ici, justifi*, justification, luxe, n'a rien
        apporte, n'apporte rien, n'en ai pas l'impression, n'en vaut pas, n'est plus, ne progressent, ne vaut
        pas, ne vois pas, ne vois pas l'interet, ne voit pas, nous interrogeons, on s'attend, pas a la hauteur,
        pas bouge, pas certain, pas convaincu, pas l'impression, pas persuade, pas sur, pas un seul, perdrais,
        perdrions, personne ne s'en, peu convaincu, peu d'interet, pourquoi, pourquoi continuer a payer,
        pourquoi payer, presque personne, quel interet, remet*, remettons en question, remis en question,
        repenser, revenir a excel, rien apporte, s'interroge, sceptique, se passer, un seul client, vois pas,
        vraiment gagner""",
    "unused": """au placard, dort, etaient actifs, jamais utilis*, la moitie ne, n'utilise presque, n'utilisons
        que, ne nous sert pas, ne s'en sert, ne sert a rien, ne servent pas, nous sert pas, peu de monde, peu
        servi, peu utilis*, prend la poussiere, presque jamais, presque personne, qu'on utilise, quasi personne,
        quasiment jamais, rarement, rarement utilise, se sert pas, sous utilis*""",
    "praise": """apprecie*, beau travail, belle*, bon, bonne, bravo, c'est bon, ca roule, chapeau, clair,
        content de, contente, contents, correct, exactement ce, excellent*, facile*, felicitations, fonctionne
        tres bien, formidable, genial, heureux, impeccable, largement son prix, marche tres bien, merci, nickel,
        nous va, parfait*, plait, ravi*, recommande, regrettons, roule, satisfait*, super, top, tout va bien,
        tres bien""",
    "not_understand": """a comprendre le, aucune idee, capte, ce que represente*, comment ca fonctionne,
        comprend pas, comprendre comment, comprends pas, comprends rien, difficile a comprendre, du mal a
        comprendre, eclairer, enigme, expliqu*, incapable de dire, incomprehensible*, incomprehension,
        m'echappe, m'expliquer, m'y perds, mal a comprendre, mal compris, mystere, n'ai pas saisi, ne comprends,
        ne comprenons, ne connais pas, ne pige pas, ne sais pas comment, ne sait pas, ne savent pas, ne vois pas
        ce que, ne vois toujours pas, obscur*, pas capte, pas clair, pas comment, pas comprehensible, pas
        compris, pas evident, pas la moindre idee, pas limpide, pas parlant, pas tres clair, pensais que, peu
        clair, pige, pour comprendre, representent, rien compris, sais pas, sais plus comment, saisis pas,
        savons pas, sens pas""",
    "lost": """accompagne*, aide pour configurer, au secours, brouillon, complexe*, complique*, compliquee,
        confus*, debordee, debutant*, debute*, depasse par, depassee, desoriente*, difficile a utiliser,
        embrouill*, flou*, formation, former, formez, fouillis, galere, guide, informaticien*, initiation,
        intuitif*, je bloque, laborieu*, labyrinthe, manuel, melange*, mode d'emploi, n'y arrive pas, n'y
        parviens pas, non initie, notice, nouveau ici, nouvelle ici, noye, noye*, nulle en informatique, par
        quoi commencer, pas a pas, pas douee, pas ergonomique, pas evident*, pas simple, passation, perdu*,
        perdue, perplexe, prise en main, question bete, s'en sortent pas, s'y retrouve, sans y parvenir, touffu,
        tourne en rond, trop complique*, trop d'options, tutoriel, tutoriel*, usine a gaz, vue d'ensemble, y
        arrive pas""",
    "where": """a quel endroit, cache ou, dans quel menu, ou aller, ou aura, ou change, ou cliquer, ou dois, ou
        doit on, ou est, ou est passe*, ou faut il, ou figure, ou peut, ou puis je, ou se, ou se situe, ou se
        trouve, ou sont, ou sont passe*, ou trouve, ou trouve t on, ou trouver, ou voir, ou voit, quel menu,
        quel onglet""",
    "not_find": """bien cache, bien cachee, cache ou, cherche depuis, cherche en vain, cherche la, cherche le,
        cherche partout, impossible de trouver, introuvable*, invisible, localiser, mis _ minutes a trouver,
        n'ai pas trouve, ne trouve, ne trouvons, ne vois nulle part, ne vois pas le, ne vois pas ou, nulle part,
        ou est cache, ou se cache, pas reussi a trouver, pas trouve, pas visible, retrouve pas, retrouve plus,
        rien trouve, trouve pas, trouve plus, trouve rien, vois nulle part, vois pas le bouton""",
    "meaning": """a quoi correspond*, a quoi sert, a quoi servent, c'est quoi, c'est quoi ce, c'est quoi la,
        c'est quoi le, ca veut dire, cense, comment c'est cense, comment est calcule*, comment fonctionne,
        correspond a quoi, difference entre, dois mettre, et ensuite, je fais quoi, laquelle des, lequel, lequel
        des, pourquoi trois, pourquoi y a t il, qu'attend, qu'entendez, qu'est ce qu'un, qu'est ce qu'une,
        qu'est ce que, que dois je mettre, que faut il mettre, que se passe t il si, que signifie, que veut
        dire, quelle est la difference, representent, signification, signifient, sur lequel, veulent dire""",
    "broken": """404, 500, 502, 503, a l'envers, a lache, beug*, bloque*, bogue*, boucle infinie, bug*, buggue,
        caracteres bizarres, casse*, cesse de, chevauch*, connexion est perdue, connexion perdue, coupe*,
        coupent, coupure*, deconnect*, deconnexion*, defaillan*, defaut, defauts, defectueu*, disparait,
        doublon*, dysfonction*, echec*, echou*, ecran blanc, ecran noir, ecran vide, ejecte, en boucle, en
        carafe, en rade, ennuis, erreur*, expire*, ferme tout seul, ferme toute seule, fichier vide, fige*,
        freeze*, gel, gele, hors ligne, hors service, hs, illisible*, inaccessible*, incident*, indisponible*,
        instable, interrompu*, interruption*, inutilisable*, invalide, inverse*, ko, mauvais, melange les, ne
        tient, page blanche, page vide, panne*, perd la connexion, perd le, plantage*, plante*, probleme*, que
        des ennuis, redemarr*, refuse*, rejete, reste bloque a, s'arrete toujours, s'arretent, saccade*, sans
        les articles, scintille, se ferme, se ferme a chaque, souci, soucis, technique, tourne dans le vide,
        vide""",
    "not_work": """arrive pas, arrive plus a, aucun acces, aucun son, aucune connexion, connexion impossible,
        fonctionne pas, fonctionne plus, impossible d'acceder, impossible d'enregistrer, impossible d'envoyer,
        impossible d'exporter, impossible d'importer, impossible d'imprimer, impossible d'ouvrir, impossible de
        charger, impossible de me, impossible de payer, impossible de sauvegarder, impossible de se, impossible
        de telecharger, jamais recu, marche pas, marche plus, me deconnecte, n'a pas ete envoye*, n'a rien recu,
        n'ai plus acces, n'arrive jamais, n'arrive pas, n'arrive pas a me, n'arrive plus, n'arrive plus a,
        n'enregistre, ne charge, ne charge plus, ne correspond*, ne demarre, ne fonctionne, ne marche, ne marche
        toujours pas, ne part pas, ne partent pas, ne peux plus, ne pouvons plus, ne recevons, ne recois, ne
        renvoie, ne repond, ne s'affiche, ne s'enregistre, ne s'imprime, ne s'ouvre, ne se charge, ne se lance,
        ne se met pas, ne se passe rien, ne se synchron*, ne synchronis*, ne tourne plus, ne veut pas, pas
        acces, pas activees, pas affich*, pas enregistr*, pas envoy*, pas envoye, pas import*, pas imprim*, pas
        livre*, pas moyen, pas recu, pas synchronis*, pas traite*, pas transmis*, plus acces, plus affich*, plus
        enregistr*, plus envoy*, plus import*, plus moyen, plus sauvegarde*, plus synchronis*, plus traite*,
        plus transmis*, recois pas, recois plus, refuse de, renvoie aucun, rien ne, rien recu, s'affiche pas,
        s'affichent pas, s'est arret*, se passe rien, toujours pas active*, toujours pas fonction*, toujours pas
        repar*""",
    "wrong_data": """autre societe, chez les mauvais, corrig*, d'un autre client, disparaissent, disparait,
        disparaitre, disparu*, double notre, doublons, ecrase*, efface*, envole*, erreur de calcul, errone*,
        fausse*, faux, fuite, il manque des, incoheren*, incoherent*, incomplet*, incorrect*, inexact*,
        irrecuperable, mal calcule*, manquant*, manquent des, mauvais client*, mauvais montant, mauvais
        montants, mauvais prix, mauvaise adresse, mauvaise personne, melange*, obsolete*, parties chez, pas a
        jour, perdu _ donnees, perdu mes, perdu nos, perdu toutes, perdu une journee, rectif*, sont faux,
        supprime*, tout perdu, volatilise*""",
    "billing": """a tort, autorise*, avoir, avoir sur, carte refusee, continuez a debite*, continuez a preleve*,
        debit de, debit*, debite deux, double prelevement, erreur de facture, factur*, facture en trop, facture
        erronee, facture fausse, facture incorrecte, facturer deux, frais caches, indu*, m'a facture, mon
        argent, montant, nous a facture, on m'a facture, paiement echoue, paiement refuse, preleve deux,
        preleve*, prelevement*, rectifier, recuperer, releve, rembours*, rendez moi, rendre mon argent,
        retrograd*, sans autorisation, sans mon accord, sans notre accord, second debit, surfactur*, trop
        facture, trop percu, trop preleve, tva""",
    "slow": """des heures, interminable*, lent*, lenteur*, met une minute, ralenti*, rame*, retard, tourne, trop
        long""",
    "waiting": """a chaque fois, alors que, attends*, aucun retour, aucune nouvelle, aucune reponse, depuis ce
        matin, depuis hier, depuis lundi, des jours, deuxieme fois, enfin, jamais venu, malgre, pas de
        nouvelles, pas de reponse, pas de retour, pas rappele*, personne n a appele, personne n a telephone,
        personne n'a, personne ne nous, personne ne repond, personne nous, promis, quand allez vous, quand meme,
        rappel, rappele*, relance*, reviens vers vous, sans arret, sans nouvelles, sans reponse, toujours a,
        toujours pas, troisieme""",
    "angry": """a bout, abandonne a, agace*, catastroph*, colere, decevant*, decu*, degoute*, deplorable,
        desastr*, enerv*, ennuis, excede*, foutage, frustr*, frustrant, furieu*, grave, grossier*, honte*,
        horrible*, impoli*, inacceptable*, inadmissible*, incompeten*, indigne*, inefficace, insatisf*,
        insupportable*, jamais venu, laisse tomber, lamentable*, litige, marre, mecontent*, mediocre*, minable,
        mise en demeure, n'est jamais venu, nul, nulle, on ne traite pas, pas content*, pas professionnel, pas
        serieux, patience, perte de temps, pire, pitoyable*, plainte*, prejudice, raccroche, ral*, ras le bol,
        reclam*, scandal*, traite pas ses clients""",
    "cancel": """annul* _ abonnement, annulation de mon, annulation de notre, annuler mon, annuler notre,
        annulez mon, annulez notre, arreter _ abonnement, arreter l'abonnement, arreter la, arreter notre,
        arretez l'abonnement, arretons, clore mon compte, cloture de, cloture du, cloturer, comment resilier,
        d'arreter notre, date de fin, denonc*, desabonn*, desactiver le, desactiver mon compte, desactiver notre
        compte, desengag*, desinscri*, effacer mon compte, engagement, fermer le compte, fermer mon, fermer mon
        compte, fermez le compte, fin a l'abonnement, fin au contrat, fin de notre, fin du contrat, j'arrete,
        lettre de resiliation, liquidation, me desengager, me desinscrire, mettons fin, mettons un terme, mettre
        fin, mettre fin a, mettre un terme, ne me prelevez, ne plus etre debite*, ne plus etre preleve*, ne plus
        payer, ne prelevez plus, nous arretons, nous desactiver, on s'arrete, plus me prelever, preavis, quitter
        le contrat, radiation, reconduction tacite, renouvellement automatique, repassez _ gratuit, resili*,
        resiliation, resilier, retract*, rompre, rupture, s'eteindre, sortir de ce contrat, sortir du contrat,
        stop abonnement, stopper l'abonnement, suppression, supprimer _ compte, supprimer mon profil, supprimez,
        tacite reconduction, terme au contrat""",
    "not_renew": """a l'echeance, aucun renouvellement, date de fin, dernier mois, laisser expirer, laissons
        expirer, m'en sers pas, n'avons plus l'utilite, n'en avons plus, n'utilise plus, n'utilisons plus, ne
        comptons pas, ne continue pas, ne continuerons, ne m'en sers pas, ne m'en sers plus, ne pas reconduire,
        ne pas renouveler, ne poursuiv*, ne prolong*, ne reconduir*, ne renouvel*, ne renouvelle, ne servira
        plus, ne souhaite pas continuer, pas continuer, pas de renouvellement, pas prolonger, pas reconduit, pas
        renouvele*, plus besoin, plus l'usage, plus l'utilite, plus necessaire, plus utile, prochaine echeance,
        s'arretera""",
    "switch": """abandonner, adieu, ailleurs, aller voir ailleurs, alternative*, au revoir, autre fournisseur,
        autre logiciel, autre outil, autre prestataire, autre solution, autre systeme, autres solutions, avons
        choisi, avons opte, bascul*, changeons d'outil, changeons de prestataire, changer d'outil, changer de
        crem*, changer de fournisseur, chercher une autre, choisi un, concurren*, developpe le notre, en
        interne, fournisseur local, logiciel libre, migr*, migration vers, migre sur, notre propre, nouveau
        fournisseur, nouveau logiciel, nouveau prestataire, nouvel outil, on passe chez, open source, opte pour,
        partir, partirons, partis chez, partons, passe sur, passer chez, passons chez, quitter*, quitterons,
        rejoint un, rempla*, remplac*, retenu, rival*, s'en aller, s'en va, se quitter, signe _ avec, signe
        hier, tourner la page, tout migre, transfert vers, transmettre nos donnees, trouve mieux, un autre
        logiciel, utilise autre chose""",
    "stay": """avons renouvele, contrat est signe, pour vous, quitte _ pour vous, reste chez vous, restons""",
    "object": """abonnes, absent*, adresse, annee, anniversaire, archives, attestations, aura lieu, avons regle,
        bulletin, ci joint, client a annule, colis, comptabilite, conditions, conference, decaler, dejeuner,
        demain, demo, devis signe, diapos, en pdf, en piece jointe, evenement, facture en attente, fetes, grille
        tarifaire, horaires, hotel, interlocuteur, jeudi, livraison, logo en, mardi, mercredi, mot de passe,
        navigateur, nos propres, numero de, oubliez, parking, plan d'acces, rendez vous, reporter, reunion,
        routeur, signataire, stationnement, telephone, vacances, vendredi, virement, visite, vol, webinaire""",
    "account": """abonnement, accord, adhesion, collaboration, compte, contrat, echeance, engagement, essai,
        formule, licence, pack, profil, service, souscription""",
    "solved": """a nouveau, aucun bug, aucun probleme, aucun souci, aucune erreur, bien arrive, bug* __ a
        disparu, bug* __ se produit plus, c'est arrange, c'est bon, ca marche, ca remarche, clair, clore,
        compris maintenant, corrige, de ma faute, de nouveau, erreur* __ a disparu, erreur* __ se produit plus,
        facile a comprendre, facile a utiliser, fausse alerte, fonctionne maintenant, marche maintenant, merci
        d'avoir, merci pour la rapidite, merci pour les explications, merci pour votre aide, mon erreur, ne
        plante plus, ne se produit plus, pas complique, pas de souci, plantage* __ se produit plus, plus de
        probleme, plus de souci, probleme* __ a disparu, probleme* __ se produit plus, regle, rentre dans
        l'ordre, repare, resolu*, retabli, rien a redire, tout est clair, tout fonctionne, tout marche, tout
        roule, trouve c'etait, venait de mon, venait de notre, vous pouvez lancer""",
    "not": """aucun, aucune, jamais, n, ne, ni, pas, personne, plus, rien, sans""",
    "how": """c'est quand, combien, comment faire, comment modifier, dans quel, peut on, pourriez vous, pouvez
        vous, puis je, quand, quel est le numero, quels sont, qui sera""",
    "if": """a moins, en fin d'annee, faute de, si vous ne, sinon, soit, tant que""",
    "twice": """deux fois, double, en double, trois fois""",
    "own": """nos abonnes, nos clients, nos propres""",
    "contrast": """alors que, bien que, malgre, pourtant, quand meme""",
}
