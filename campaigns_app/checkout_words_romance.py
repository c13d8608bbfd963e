"""`checkout_words` in French and Spanish."""

FRENCH = {
    "begin": (
        "Passer au paiement ?",
        "La page suivante est celle de notre prestataire de paiement et indique le prix avant que vous confirmiez. Ce"
        " bouton ne débite rien.",
    ),
    "moment": ("Un instant", "Votre page de paiement se prépare. Cette page continue d’elle-même."),
    "slow": (
        "Cela prend plus de temps que d’habitude",
        "Notre prestataire de paiement ne répond pas encore. Rien n’a été débité. Nous continuons d’essayer, et cette"
        " page vérifie d’elle-même.",
    ),
    "cannot": (
        "L’achat n’est pas possible ici pour le moment",
        "Rien n’a été débité ni modifié. Réessayez plus tard, ou répondez au message qui vous a amené ici.",
    ),
    "expired": ("Cette offre est terminée", "Son délai est passé. Rien n’a été débité."),
    "answered": (
        "Vous avez déjà répondu à cette offre",
        "Vous avez dit ne pas en vouloir pour le moment. Rien n’a été débité.",
    ),
    "withdrawn": ("Cette offre n’est plus valable", "Elle a été retirée. Rien n’a été débité."),
    "owned": ("Vous l’avez déjà", "Votre compte le comprend, rien n’a donc été débité de nouveau."),
    "completed": ("C’est déjà fait", "Votre commande est arrivée. Rien n’a été débité deux fois."),
    "paid": (
        "Merci",
        "Votre commande est enregistrée. Vous pouvez fermer cette page ; votre compte sera à jour dans un instant.",
    ),
    "back": (
        "Rien n’a été acheté",
        "Vous avez quitté la page de paiement, et rien n’a été débité. Vous pouvez continuer ici si vous le souhaitez.",
    ),
    "buttons": ("Continuer", "Réessayer"),
}
SPANISH = {
    "begin": (
        "¿Continuar con el pago?",
        "La página siguiente es de nuestro proveedor de pagos y muestra el precio antes de que confirme. Este botón no"
        " cobra nada.",
    ),
    "moment": ("Un momento", "Se está preparando su página de pago. Esta página continúa sola."),
    "slow": (
        "Tarda más de lo habitual",
        "Nuestro proveedor de pagos aún no responde. No se ha cobrado nada. Seguimos intentándolo, y esta página lo"
        " comprueba sola.",
    ),
    "cannot": (
        "Ahora no se puede comprar aquí",
        "No se ha cobrado ni cambiado nada. Inténtelo más tarde o responda al mensaje que le trajo aquí.",
    ),
    "expired": ("Esta oferta ha terminado", "Su plazo ha pasado. No se ha cobrado nada."),
    "answered": (
        "Ya ha respondido a esta oferta",
        "Dijo que ahora no la quería. No se ha cobrado nada.",
    ),
    "withdrawn": ("Esta oferta ya no es válida", "Se ha retirado. No se ha cobrado nada."),
    "owned": ("Ya lo tiene", "Su cuenta lo incluye, así que no se ha cobrado de nuevo."),
    "completed": ("Ya está hecho", "Su pedido ha llegado. No se ha cobrado nada dos veces."),
    "paid": (
        "Gracias",
        "Hemos recibido su pedido. Puede cerrar esta página; su cuenta se actualizará en un momento.",
    ),
    "back": (
        "No se ha comprado nada",
        "Ha salido de la página de pago y no se ha cobrado nada. Si lo desea, puede continuar aquí.",
    ),
    "buttons": ("Continuar", "Intentarlo de nuevo"),
}
