"""Spanish: how people say stop, no and yes. Lower case, without accents; `reply_words` says what each list is."""

_CORREOS = r"(?:e ?mails?|correos?|mensajes?|sms|boletin\w*|publicidad|ofertas)"

STOPS = (
    "baja", "parar", "cancelar", "alto", "darse de baja", "cancelar suscripcion", "no mas",
    "baja por favor", "por favor baja", "no mas mensajes", "no mas correos", "no mas emails",
    "no mas sms", "no mas spam", "basta", "dar de baja", "darme de baja", "de baja", "parar por favor",
    "alto por favor", "cancelen", "eliminar", "detener", "stop por favor",
)  # fmt: skip
REVOCATION = (
    r"(?:dar(?:me|nos)|denme|deme|dame|dadme) de baja\b",
    r"(?:quiero|solicito|deseo|pido) (?:la |mi |darme de )?baja\b",
    r"no (?:me |nos )?(?:escrib|contact|envi|llam|mand|molest|moleste)\w* (?:mas|nunca|"
    r"ningun\w*|otra)\b",
    r"no (?:quiero|deseo|necesito) (?:recibir |seguir recibiendo |mas |que me )+(?:\w+ "
    rf")?(?:{_CORREOS}|escrib\w*|contact\w*|llam\w*|nada)?",
    r"(?:dejen?|deja|pare\w*) (?:ya )?de (?:escrib|envi|mand|contact|llam|molest)\w*",
    rf"no mas {_CORREOS}\b",
    r"(?:borr\w+|elimin\w+|quit\w+) (?:me\b|mi (?:correo|numero|direccion|e ?mail|telefono)|"
    r"mis datos)",
    r"(?:quiten|saquen|eliminen|borren)me\b",
    r"no (?:me |nos )?vuelv\w+ a (?:escrib|contact|envi|llam|mand|molest)\w*",
    r"(?:elimin|borr|quit|sac)\w*(?:me|nos) (?:de|por)\b",
    r"(?:retiro|revoco) mi consentimiento\b",
    r"(?:dej|par)(?:ar|e|en|ad|a) (?:ya )?de (?:recibir|mandar|enviar|escribir|contactar|molestar|"
    r"llamar)\w*|ces(?:en|ar|ad) (?:\w+ ){0,2}?(?:envios?|mensajes|correos|comunicaciones|"
    r"publicidad)\b",
    r"dej(?:en|ad|a|e)(?:me|nos) (?:\w+ )?(?:en paz|tranquil\w*)|(?:me|nos) dej\w+ (?:\w+ )?en paz\b",
    r"(?:retiro|revoco|anulo) (?:el|mi) (?:consentimiento|permiso|autorizacion)\b|(?:me opongo|nos "
    r"oponemos) (?:a|al)\b",
    r"(?:basta|ya esta bien|hart[oa]s?|cansad[oa]s?|suficiente|ya vale) (?:ya )?(?:de|con) (?:\w+ "
    rf"){{0,2}}?(?:{_CORREOS}|spam|llamadas|promociones)\b",
    r"(?:no|nunca|jamas) (?:me|nos) (?:suscrib|apunt|registr|inscrib)\w*",
    r"(?:nunca|jamas|no) (?:di|dimos|he dado|autorice|pedi|solicite) (?:\w+ ){0,4}?(?:consentimiento|"
    r"permiso|esto|correos|publicidad)\b",
    r"(?:quit|saqu|sac|borr|elimin|retir)\w*(?:me|nos)(?: ya| por favor)*(?: (?:de|del)\b|$)",
    r"(?:quit|saqu|sac|borr|elimin|retir)\w* (?:mis datos|mi \w+|nuestr\w+ \w+|esta direccion|este "
    r"correo|este numero)\b",
    r"no (?:\w+ )?(?:escrib|envi|mand|llam|contact|molest)\w* (?:mas|nunca|otra|de nuevo)\b",
    r"no (?:\w+ ){0,2}?que (?:me|nos) (?:contact|escrib|llam|envi|mand|molest)\w*",
    r"(?:me doy|nos damos|darme|darnos|dadme|denme|deme) de baja\b",
    rf"no mas (?:{_CORREOS}|spam|llamadas|promociones)\b|(?:no|ya no) (?:\w+ )?(?:quier|dese)\w* "
    rf"(?:\w+ ){{0,3}}?(?:{_CORREOS}|recibir)\b",
    r"esto es spam\b|(?:es|son|puro|su|sus) spam\b",
    r"(?:me|nos) (?:elimin|borr|quit|saqu|sac|retir)\w* (?:de|del)\b|(?:suspend|interrump|deten|"
    r"par)\w* (?:\w+ ){0,3}?(?:envios?|correos?|mensajes|emails?|publicidad|comunicaciones|llamadas)\b",
    r"(?:pedi|dije|pedimos|solicite|rogue) (?:\w+ ){0,6}?(?:que (?:par|dej|ces)\w+|parar|dejar)\b|no "
    r"(?:us|utilic)\w* mas (?:esta|mi)\b",
)
NOES = (
    "no gracias", "nunca", "para nada", "ahora no", "no me interesa", "paso", "de momento no",
    "por ahora no", "mejor no", "ni hablar", "que va",
)  # fmt: skip
NEGATIVE = (
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
    r"(?:seguimos|sigo|seguiremos|nos quedamos|me quedo|continuamos|quedarme|quedarnos) (?:\w+ "
    r")?(?:con|como|en)\b",
    r"no (?:\w+ ){0,2}?(?:presupuesto|dinero|fondos)\b|sin presupuesto\b|fuera de (?:nuestro |mi "
    r")?(?:presupuesto|alcance)\b",
    r"rechaz\w*|declin\w*|(?:elegido|optado por|contratado|escogido|elegimos|optamos por) (?:a "
    r")?(?:\w+ )?otr[oa]\b|la competencia\b",
    r"(?:me|nos) (?:han |habeis )?(?:cobr|factur|carg)\w+ (?:\w+ )?(?:dos veces|doble|de mas|mal)\b|"
    r"nadie (?:\w+ )?(?:responde|contesta|ayuda|arregla)\b",
    r"(?:content|satisfech|a gusto)\w* (?:con|como) (?:lo|nuestr|el|la|mi|estam|estoy)\w*",
    r"^paso\b(?! a)|prefiero (?:no|quedar\w*|seguir)\b|(?:tal vez|quiza|quizas|a lo mejor) (?:\w+ "
    r")?(?:mas adelante|en otro momento|otro dia|mas tarde)\b",
    r"no (?:\w+ )?(?:veo|vemos|encaj|encuentr|compens|convenc|convien|acept|suena)\w*|no (?:vale la "
    r"pena|tiene sentido)\b|no le ve\w*",
    r"se (?:cae|cuelga|bloquea|cierra)n?\b|siguen? sin (?:funcionar|ir|responder|cargar)\b|(?:arregl|"
    r"solucion)\w+ (?:\w+ ){0,2}?(?:primero|antes)\b",
    r"(?:es|son) (?:\w+ )?(?:un robo|un abuso|una broma|abusiv\w*|excesiv\w*)|esperando (?:\w+ "
    r"){0,2}?respuesta\b",
    r"cancelar (?:mi|nuestra|nuestro|la|el) (?:suscripcion|cuenta|plan|contrato)\b|no creo que\b|no "
    r"(?:quier|quer|dese|pued)\w* (?:pagar|comprar|cambiar|renovar|ampliar)\b",
    r"(?:asi que|por eso|por tanto) no\b|demasiado pequen\w*|no es para (?:nosotros|mi)\b|dejemoslo\b|"
    r"recort\w* (?:\w+ )?(?:gastos|costes|costos)\b",
)
HARMLESS = (
    r"(?:sin|no hay|ningun) (?:problema|error|fallo)s?\b",
    r"no (?:esta|es) (?:nada )?(?:mal|caro|roto)\b",
    r"por que no\b",
    r"como (?:\w+ )?(?:paro|parar|cancelo|cancelar|detengo|detener)\b[^?]*\?",
    r"(?:politica|condiciones|plazo) de (?:reembols|devoluci|cancelaci)\w*\b|no hay errores\b|error "
    r"ya esta\b",
)
YESES = (
    "si", "si por favor", "claro", "vale", "de acuerdo", "perfecto", "gracias", "genial",
    "por supuesto", "adelante", "me apunto", "claro que si", "si gracias", "acepto", "si quiero",
    "nos apuntamos", "de una",
)  # fmt: skip
POSITIVE = (
    # `sí`, and neither the Spanish nor the French `if`.
    r"^si\b(?! (?:no|el|la|lo|los|las|es|hay|se|tengo|puedo|pudiera|fuera|hubiera|vous|nous|on|c'est|"
    r"je|il|tu|les)\b)",
    r"(?:claro|perfecto|genial|vale|de acuerdo|encantad[oa]|me parece (?:bien|genial)|hablemos|"
    r"excelente|estupendo|suena "
    r"(?:bien|genial|interesante))\b",
    r"(?:me|nos) (?:interesa\w*|encanta\w*|gusta\w*|gustaria)|(?:llamenme|llameme|envieme|"
    r"envienme|mandame|mandenme)\b",
    r"(?:quisiera|quisieramos|quiero|queremos|(?:nos|me) gustaria|deseo|deseamos) (?:\w+ )?(?:pasar|"
    r"probar|contratar|anadir|comprar|actualizar|pedir|ampliar|activar|saber mas|mejorar)\w*",
    r"(?:suena|pinta|parece|se ve) (?:\w+ )?(?:bien|genial|interesante|estupendo|perfecto)\b|(?:cuent|"
    r"dig|explic)\w*(?:me|nos) mas\b",
    r"(?:justo|exactamente) lo que\b|me apunto\b|nos apuntamos\b|acept(?:o|amos)\b|adelante\b|"
    r"probemos\w*|interesad[oa]s? en\b|con (?:mucho )?gusto\b|trato hecho\b",
    r"(?:mand|envi|hag|prepar)\w*(?:me|nos) (?:\w+ ){0,2}?(?:presupuesto|contrato|enlace|propuesta|"
    r"cotizacion|link)\b|llam(?:e|en|a|ad|e)(?:me|nos)\b",
    r"(?:nos|me) (?:vendria|vendra|iria|seria) (?:\w+ )?(?:genial|bien|perfecto|util|de maravilla)\b|"
    r"cuando podemos (?:hablar|quedar|vernos|reunirnos)\b",
    r"convencido\b|siguiente paso\b|me parece (?:\w+ )?bien\b|sigan adelante\b|(?:quisieramos|"
    r"quisiera|queremos|quiero) (?:\w+ ){0,3}?mas\b|cuando empezamos\b",
)
