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

SILENT = """
    a an the i me my we us our you your it its this that these those is are was were be been am do does did has had
    have having will would can could to of in on at for from with by as and or so
    der die das den dem des ein eine einem einen einer eines ich mich mir mein meine meinem meinen wir uns unser
    unsere unserem unseren sie ihr ihre ihren es dies diese dieser ist sind war waren sein habe haben hat hatte wird
    werden zu zum zur im am an auf aus bei beim fur mit von vom um und oder so da
    le la les l un une des du de d je j me m mon ma mes nous notre nos vous votre vos il elle on ce c cet cette ces
    est sont etait etre ai as avons avez ont au aux en dans sur pour par avec et ou que qui qu se s y t
    el los las una unos unas yo mi mis nos nuestro nuestra nuestros usted ustedes su sus lo este esta esto es son
    estan era ser ha han he hemos del al con para por e o se te tu
    """
"""Of all languages together, without accents: they tell nobody what a text wants."""
