"""The little words by which each language is recognized, without accents."""

COMMON = {
    "en": """
        a about after again an and any are as at be been but can did do does for from get got had has have
        he her his how i if in into is it just me more my no not of on only or our out please she so some
        than that the their them then there they this to up us was we were what when which who will with
        would you your
        """,
    "de": """
        ab aber als am an auch auf aus bei beim bis bitte da dann das dass dem den der des die diese dieser
        dieses du durch ein eine einem einen einer eines es etwas euch fur gegen gern gerne habe haben hat
        hier ich ihm ihn ihnen ihr ihre im in ist jetzt kann kein keine konnen mal man mehr mein meine
        meinem mich mir mit nach nicht nichts nie noch nur ob oder ohne schon sehr seinem seit sie sind so
        uber und uns unser unsere unseren unter vom von vor wann war was weil wenn werden wie wir wird zu
        zum zur
        """,
    "fr": """
        a ai alors apres au aussi aux avant avec avez avoir avons bien bonjour c ca car ce cela ces cet
        cette chez comment d dans de depuis des donc du elle en entre est et etait etre eux fait faut il j
        jamais je l la le les leur lui ma mais me merci mes mon n ne nos notre nous on ont ou pas personne
        peut peux plus pour pouvez qu quand que quel quelle qui rien s sans se sera si sont sous suis sur t
        te toujours tous tout toute toutes tres un une vers vos votre vous y
        """,
    "es": """
        a ahora al algo alli ante aqui asi aunque ayer bajo bien como con contra cual cuando de del desde
        donde dos e el ella ellos en entre era es esa ese eso esta estamos estar este esto estoy favor fue
        gracias ha hacia hasta hay hemos hola hoy la las le les lo los mal mas me mi mis muy nada nadie no
        nos nuestra nuestro nuestros nunca o otra otro para pero por porque puede pueden que quien se segun
        ser si sin sobre solo somos son su sus tambien te tengo tiene tienen todo todos tras tres tu un una
        unos usted ustedes y ya yo
        """,
}
