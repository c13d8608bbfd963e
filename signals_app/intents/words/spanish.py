"""Spanish words by idea; `words` says how a pattern is written."""

IDEAS = {
    "seats": """acceso*, administradores, agentes, alumno*, asesores, asiento*, autonomos, becari*, cajas,
        claves, colega*, comerciales, companer*, compas, conductor*, conexiones, contratar a, cuenta*,
        departamento*, dispositivo*, docentes, emplead*, empresas, equipo*, gente, incorporacion*, invitacion*,
        licencia*, lineas, maquinas, miembros, moviles, nuevos ingresos, numero, oficinas, operari*, pantallas,
        personal, personas, plantas, plantilla de personal, plaza*, profesores, puesto*, redactores, refuerzos,
        seats, sede, sedes, sucursal*, tecnicos, telefonos, temporales, terminales, tienda, trabajador*,
        usuario*, vendedor*, voluntario*""",
    "space": """almacenamiento, archivo historico, buzon, capacidad, disco, espacio, gb, giga*, gigas, guardar
        los registros, mb, memoria, nube, potencia, ram, servidor, tb, terabyte*""",
    "quota": """al mes, articulos, bono, campanas, cantidad de, consultas, contactos, creditos, cuota*, cupo,
        cupos, encuestas, escalon, eventos, expedientes, filas, formularios, lecturas, limite de subida, limite
        diario, limite*, llamadas, maximo, minutos, nivel, paginas, paquete cubre, peticiones, por minuto,
        productos, proyectos, registros, sesiones, solicitudes por, tableros, tamano maximo, tokens, tope
        diario, tope*, transacciones, umbral*, volumen""",
    "more": """adicional*, agrand*, agreg*, agregar dos, alargar, ampli*, ampliacion, anad*, anadir dos,
        aument*, aumento, cinco mas, crecer, diez mas, dos mas, duplicar, elevar, ensanchar, escalar, expand*,
        expansion, extender, extension, extra, habilitar seis, ilimitad*, incorporar, increment*, lineas mas,
        mas, mas alto, mas amplio, mas capacidad, mas grande, mayor, otra licencia, otras dos, otro usuario,
        otros dos, pasar al, pasar de, proximo nivel, recarg*, segunda, segundo, seis usuarios, siguiente,
        siguiente nivel, suban, subir, subir a, sumar, sumar*, superior, tercer*, tres mas""",
    "buy": """adquir*, compr*, contrat*, cotiz*, cuanto cuesta, cuanto vale, cuanto valen, orden de compra,
        pagar por mas, pedido, precio por volumen, presupuesto, propuesta""",
    "full": """a punto de, a tope, acab*, agot*, al limite, alcanz*, apretad*, casi agotad*, casi lleno,
        chocamos, consumid*, corta, corto, cuanto cuesta pasar, de las que cubre, desborda*, en el limite,
        escas*, estamos al, excedid*, falta, falta de espacio, falta espacio, faltan, gastad*, ha crecido,
        insuficiente*, justos, limitado a, limitados a, llegado al, llena, lleno, muy justo, muy pequeno, no
        alcanza, no basta*, no cubre, no da para, no llega para, no nos alcanza, no nos da, no nos llega, no
        queda*, no son suficientes, ocupad*, pocas, pocos, quedado pequeno, quedan dos, quedan pocas, rebas*,
        rebosa*, se nos queda corto, se nos queda*, se rechazan, se van volando, sin creditos, sin cupo, sin
        espacio, sin licencias, solo 2, solo 3, solo 5, solo cinco, solo deja, solo dejan, solo dos, solo
        permite*, solo quedan, solo tres, supera*, superado, superamos el, todas ocupadas, todos ocupados,
        vuelan""",
    "need": """crucial, debemos, deseamos, es importante para, esencial, exige, fundamental, gustaria, hace
        falta, hacen falta, importante para nosotros, imprescindible*, interesa, necesit*, nos gustaria, nos
        haria, nos harian falta, precis*, queremos, querriamos, quiero, quisiera*, quisieramos, requer*,
        requier*, rogamos, solicit*""",
    "no_need": """con lo que tenemos, de sobra, estamos bien, innecesari*, mas que de sobra, mas que suficiente,
        no es necesario, no gracias, no hace falta, no interesa, no mas licencias, no necesit*, no nos hace
        falta, no nos interesa, no precis*, no queremos, no requer*, nos alcanza, nos basta, nos llega con, nos
        parece bien, nos sirve, por ahora no, sin necesidad, sobra*, suficiente*, tenemos bastante, ya tenemos""",
    "feature": """agrupar, alerta*, ancho, android, api, app, aprobacion*, archivar, arrastrar, asignar,
        asistente, atajo*, automatiz*, avanzad*, azure, boton, buscar, calendario, centros de costo,
        certificacion, chat, cifrado, clonar, codigo* de barras, columna*, combinacion, comentario*, comparar,
        compartir, conectar con, conectarlo, conector*, conexion con, copia* de seguridad, cronograma, csv,
        cupones, doble factor, edicion masiva, encuestas, enlazar, entorno*, entrar con, escritorio, etiquetar,
        excel, exportar*, fijar, filtro*, firma*, flujo*, funcion*, gantt, gps, grafic*, historial, hoja de
        calculo, hubspot, huella, idioma*, importar desde, imprimir en, informe*, integracion*, interfaz,
        inventario, invitado, ios, jira, lado a lado, ldap, lectura de, listas, logo, mapa con, mapa*, modo,
        modo fuera de linea, modo offline, modo sin conexion, modulo*, moneda*, movil, moviles, multimoneda,
        nomina, notas, notificacion*, ocr, okta, opcion*, ordenar, pago en linea, panel, pdf, permiso*,
        personaliz*, planificacion, planificar, plantilla*, plugin*, portal, prevision*, programar, qr, quedar
        guardado, recordatorio*, recurrente*, respaldo*, rgpd, rol*, salesforce, servidores, sharepoint,
        shopify, sin conexion, slack, sso, subtareas, tablet, tableta, teams, tema, traduccion*, versiones,
        video, vincular con, vista, webhook*, whatsapp, widget*, windows, zapier, zona* horaria*""",
    "plan": """basico, business, cambiar de plan, desde que, edicion, edicion*, enterprise, estandar, gama,
        inicial, nivel superior, paquete*, pasarme a, plan, plan superior, planes, plus, premium, pro,
        profesional, que edicion, suscripcion, tarifa*, upgrade, version, version de pago""",
    "missing": """agreguen, agreguenlo, anadan, anadir un, anadir una, aun no se puede, carece*, consideren,
        cuando lo tendreis, deberia, deberia poder, deberia quedar, deberia tener, deberian, deberian poder,
        desarrollen, echamos de menos, echo de menos, en gris, en la hoja de ruta, estaria, extrano, falta la,
        falta una, gran plus, habra, hagan que, idea, ideal seria, implementen, imprescindible, incluir,
        incluyan, incorporen, la posibilidad de, lastima, lastima que, le falta, lista de deseos, me encantaria,
        me gustaria poder, me gustaria que, mejora, mientras no, no existe, no existe la, no manejan, no
        permite, no se puedan, no soporta, no trae, nos encantaria, nos falta, nos gustaria poder, nos serviria,
        ojala, para cuando, pena que, permitan, permitir, piensan, piensan incluir, planean, poder elegir, poder
        fijar, poder ver, podrian anadir, podrian ofrecer, pongan, posibilidad de, previsto, propuesta de
        mejora, que se pueda, se extrana, se pueda, seria bueno, seria bueno que, seria estupendo, seria
        excelente, seria fantastico, seria genial, seria ideal, seria interesante, seria lo maximo, seria muy
        util, seria perfecto, seria posible, seria practico, seria un golazo, seria util, sin doble, sin esta,
        sin esto, sugerencia*, sugerimos, sugier*, teneis prevista, teneis previsto, todavia no se puede, un
        plus, van a incluir, vendria, vendria genial""",
    "ask_has": """admite, comercializan, cuentan con, de alguna manera, desde que edicion, disponible*, el
        programa hace, en que plan, es posible, esta incluida, esta incluido, existe, hace el programa, hay,
        incluido en, incluye, la trae, lo ofrecen, lo permite, lo trae, los trae, manejan, nos pueden habilitar,
        ofrecen, permite, piensan, planean, que edicion, que plan, que suscripcion, que version, se puede, se
        puede conectar, se pueden, seria posible, soporta*, tienen, trae, viene incluida, viene incluido, viene
        la""",
    "price": """ano, anual*, coste, coste*, costo*, cuesta*, cuota mensual, cuotas, descuento*, dinero, euro*,
        factura*, gasto*, honorarios, importe, margen, mes, mil, pagamos, pagar, pago, plata, por persona, por
        usuario, precio*, presupuesto, tarifa*, tarifas, valor mensual""",
    "expensive": """abusiv*, ahorrar, barat*, cara*, carisim*, carisimo, caro*, comparado con, comparado con
        otros, costoso*, cuesta mucho, demasiado, demasiado caro, descuento*, desproporcion*, dineral, el doble
        de, elevado, exagerad*, excesiv*, fuera de presupuesto, iguala*, mas barat*, mas caro, mas de lo que nos
        da, mas economic*, me parece mucho, mejor oferta, mejor precio, mitad de precio, mucha plata, mucho
        dinero, muy alta, muy alto, muy elevad*, no nos lo podemos permitir, no podemos pagar, no podemos
        permitirnos, pagar menos, parece mucho, pelin, por cabeza, por las nubes, prohibitiv*, rebaja*, recort*,
        reducir costes, reducir costos, robo, sale mas, se come, se comen, se dispar*, subida de precio, subida
        de tarifa, tirado, un ojo de la cara, una fortuna""",
    "value": """ahorr*, amortiz*, aporta*, aporte, beneficio*, calidad precio, casos, cifras, compensa*,
        demuestr*, eficacia, eficaz, estudios, ganancia*, gano, impacto, inversion, justific*, justifica,
        medible*, mejoran, merece la pena, mis ventas, nos da, numeros, partido, perderia, perderiamos,
        provech*, provecho, prueba*, que perderia, rendimiento, rentab*, repercusion, resultado*, resultados,
        retorno, retornos, rinde, roi, sentido pagar, sirve, traido, util, utilidad, vale la pena, valor, valor
        agregado, valor anadido, ventaja*, ventas, verle el beneficio""",
    "doubt": """argumento, argumento*, bajamos, bajar de nivel, bajar de plan, bajemos de nivel, casi nadie,
        compras, controladora, convenc*, convencer*, cuesta justificar, cuesta ver, cuesta verle, cuestion*, de
        momento, de verdad nos ahorra, defender, dificil de justificar, dificil justificar, direccion, dud*, en
        entredicho, esperaba mas, esperabamos, esperaria, expliquenme por que, expliquenme que, hasta ahora,
        insiste, jefe, justific*, la verdad, lujo, mas bien, me pregunto, ni un solo, ningun beneficio, ninguna
        mejora, no aporta, no convence, no esta a la altura, no estamos segur*, no estoy convencid*, no estoy
        segur*, no ha aportado, no le veo, no lo noto, no mejora, no mejoran, no merece, no nos ha aportado, no
        se lo cree, no se si, no vale, no vemos, no veo, no veo el, no veo que, nos preguntamos, para que
        seguir, perderia, perderiamos, poca utilidad, poco beneficio, por que pagamos, por que pagar, por que
        seguir, por que voy, pregunta que, preguntan, prescindir, que gano, que nos aporta, que sentido,
        replante*, se pregunta, sigue casi, sin retorno, volver a excel, volviendo a, ya no nos convence, ya no
        vale""",
    "unused": """apenas, apenas se usa, casi nadie lo usa, casi no usamos, casi nunca, casi sin usar, cogiendo
        polvo, estuvieron activos, infrautiliz*, muerto de risa, muy poco, nadie lo usa, no la usamos, no las
        usamos, no le damos uso, no lo usamos, no los usamos, no se usa, poca gente, poco uso, practicamente
        nadie, que usamos, rara vez, solo usamos""",
    "praise": """adelante, buen, buen trabajo, buena, buenisim*, bueno, content*, contento*, encanta*, encanto,
        estupendo, excelente, facil*, facilisimo, fantastico, felicidades, felicitaciones, feliz, fenomenal,
        funciona genial, funciona muy bien, ganamos, genial, gracias, gusta, gusto, impecable, justo, magnific*,
        maravilla, muy bien, no nos arrepentimos, nos parece bien, perfecto, recomiendo, satisfech*, todo bien,
        va muy bien, vale cada""",
    "not_understand": """aclar*, como funciona esto, cuesta entender, dificil de comprender, dificil de
        entender, explicar como, explicarme, expliquen, incomprensible*, las entiendo, logica, malentend*, me
        cuesta entender, me deja igual, me explica, me lo explica, misterio, ni idea, no caigo, no capto, no
        comprendemos, no comprendo, no conozco, no consigo entender, no entendemos, no entendi, no entiendo, no
        es claro, no esta claro, no hay quien, no le encuentro sentido, no lo capto, no logro entender, no me
        aclaro, no me queda claro, no muy claro, no pesco, no pillo, no queda claro, no sabe como, no sabemos,
        no sabemos como, no saben, no sabria, no se bien, no se como, no se cual, no se donde, no se donde
        subir, no se entiende, no se entienden, no se para, no se que, no tengo idea, no tengo ni idea, no tiene
        sentido para, no veo como, pensaba que, poco claro, que no conozco, que representan, representan, sin
        saber""",
    "lost": """abrumad*, acompan*, atascad*, ayuda estoy, ayuda para configurar, caotic*, capacit*,
        capacitacion, complej*, complicad*, confund*, confus*, cuesta orientar*, curso, curso para, dando
        vueltas sin, demasiadas opciones, demasiado complicad*, demasiado tecnic*, desorient*, desorientad*,
        dificil de usar, doy vueltas, enred*, enredo, formacion, formar, guia, induccion, instrucciones,
        introduccion, intuitiv*, laberinto, lio, manual, manual*, me hago un, me pierdo, nada intuitiv*,
        necesito ayuda para, no consigo, no es facil, no es intuitiv*, no lo conseguimos, no lo consigo, no lo
        logre, no logro, no me manejo, no me ubico, no se maneja, no soy informatic*, nueva aqui, nuevo aqui,
        orientarse, paso a paso, perdid*, por donde empiezo, pregunta tonta, principiante*, quien se aclara,
        revuelto, se mezcla, soy nuev*, traspaso, tutorial, tutorial*, vista general""",
    "where": """donde cambio, donde contrato, donde debo, donde encontrar, donde encuentro, donde esta, donde
        estan, donde fue, donde fueron, donde han, donde hay, donde hay que, donde pincho, donde puedo, donde
        quedaron, donde quedo, donde se, donde se encuentra, donde se fue, donde tengo que, donde veo, en que
        menu, en que parte, que menu, que pestana""",
    "not_find": """buscado, buscando, busco, busque por, encuentro donde, escondid*, escondieron, he mirado, ni
        rastro, ningun lado, no aparece el boton, no aparece por, no doy con, no encontramos, no encontre, no
        encuentro, no esta visible, no hallo, no he encontrado, no la encuentro, no las encuentro, no lo
        encuentro, no localizo, no logro encontrar, no los encuentro, no ubico, no veo donde, no veo el, no veo
        el boton, no veo por, por ninguna parte, por todos lados, tarde _ en encontrar""",
    "meaning": """a que corresponde, a que se refiere, como funciona el, como funciona la, como se calcula, cual
        de las, cual de los, cual es el, cual es la diferencia, diferencia entre, diferencia hay, en cual, en
        que se diferencian, para que es, para que sirve*, por que hay, que debo, que es el, que es esto, que es
        un, que es una, que hay que poner, que me esta pidiendo, que pasa si, que pongo, que quiere decir, que
        significa, que son, que tengo que poner, quieren decir, representan, se diferencian, se refiere, se
        supone, significan, tres tipos, y ahora que""",
    "broken": """404, 500, 502, 503, archivo vacio, averia*, bloquead*, bucle, bug*, cae, caid*, caracteres
        raros, cerrado solo, cierra, cierra la sesion, colgad*, conexion perdida, congela*, corta la, cortan,
        corte de, cortes, cuelga*, danad*, dando vueltas, defect*, defectuos*, deneg*, desaparece, descompuest*,
        desconect*, doble reserva, duplicad*, en bucle, entrecort*, error*, estropead*, falla*, fallo*, fuera de
        servicio, giradas, ilegible*, incidencia*, inestable, inservible, interrump*, interrupcion, invalid*,
        invert*, la sesion, me echa, me expulsa, mezcla*, no tira, pagina en blanco, pantalla blanca, pantalla
        en blanco, pantalla negra, parpade*, petad*, pierde la conexion, problema con, problema serio,
        problemas, problemas con, rechaz*, reinici*, rota, roto, se cerrara, se cierra, se cierra sola, se
        cuelga, se queda en, se queda siempre, se quedan en, se quedan siempre, se tilda, se traba, sin
        articulos, solo dio problemas, superpon*, tecnico, tiempo de espera, tildad*, trabad*, un problema,
        vacio, vuelve a fallar""",
    "not_work": """dejaron de, dejo de, imposible acceder, imposible entrar, imposible enviar, imposible
        guardar, imposible imprimir, no abre, no actualiza*, no anda, no aparece*, no arranca, no carga*, no
        coincid*, no conecta, no consigo acceder, no consigo entrar, no cuadra*, no deja, no devuelve, no
        funciona*, no guarda*, no ha llegado, no hace nada, no han llegado, no he recibido, no hemos recibido,
        no imprime, no inicia, no llega*, no logro entrar, no me deja, no me deja imprimir, no me llega*, no me
        va, no nos llega*, no pasa nada, no permite guardar, no podemos acceder, no podemos conectar*, no
        podemos entrar, no puedo abrir, no puedo acceder, no puedo conectar*, no puedo descargar, no puedo
        editar, no puedo entrar, no puedo enviar, no puedo exportar, no puedo guardar, no puedo importar, no
        puedo imprimir, no puedo iniciar, no puedo pagar, no puedo subir, no quiere, no recibe, no recibimos, no
        responde, no sale, no salen, no se abre, no se actualiza*, no se carga*, no se conect*, no se entreg*,
        no se envia*, no se export*, no se guarda*, no se import*, no se imprim*, no se muestra*, no se oye, no
        se proces*, no se registr*, no se sincron*, no se transmit*, no se ve, no se ven, no sincroniz*, no
        tenemos acceso, no tengo acceso, no terminan, no va el, no va la, nunca llega, nunca recib*, se niega,
        sin acceso, sin activarse, sin conexion a, sin funcionar, sin sonido, ya no se import*, ya no se muestr*""",
    "wrong_data": """borrado, borraron, borro, cliente equivocado, clientes equivocados, corrij*,
        desactualizad*, desaparec*, desaparece, desaparecen, descuadr*, direccion equivocada, duplicados,
        duplico, elimin*, equivocad*, erronea*, erroneo*, error de calculo, esfum*, faltan datos, faltan los,
        faltan registros, fuga, importe equivocado, incoherent*, incomplet*, incorrect*, mal, mal calculado,
        mezclad*, no esta al dia, obsolet*, otra empresa, otro cliente, perdi mis, perdi todo, perdido los,
        perdido todo, perdimos, perdimos un dia, persona equivocada, precio equivocado, recuperar, se perdieron,
        se perdio, sobreescrib*, totales __ mal""",
    "billing": """autorice, cargo de, cargo duplicado, cargo indebido, cargo que, cargos ocultos, cobr*, cobrado
        de mas, cobran, cobrando, cobro doble, cobro*, corrij*, devolucion, devuelv*, devuelvan, devuelvanme,
        doble cobro, duplicado el cobro, en la factura, error en la factura, estaf*, extracto, factur* de mas,
        factura equivocada, factura incorrecta, factura mal, facturado de mas, indebid*, iva, me debitaron, me
        facturaron, me han facturado, me lo devuelvan, me siguen cobrando, no autoriz*, nos bajaron, nos
        facturaron, nota de credito, pago fallido, pago rechazado, que me lo devuelvan, reclam*, reembols*,
        segundo cargo, siguen cobrando, sin autorizacion, sin mi permiso, sin permiso, tarjeta rechazada""",
    "slow": """demora*, eterno, horas de, lent*, lentisimo, retraso, se queda dando, tarda*, va muy""",
    "waiting": """a cada rato, aun asi, aunque, aviso del, cada cinco, cada vez, cuando lo van, de nuevo, desde
        anoche, desde ayer, desde el lunes, desde esta manana, devuelto la llamada, esperando, llevo, nadie,
        nadie contesta, nadie llamo, nadie me ha, nadie nos ha, nadie nos llam*, nadie responde, nadie se ha,
        ninguna noticia, ninguna respuesta, no ha llamado, no llamo nadie, nunca aparecio, otra vez,
        prometieron, segunda vez, siempre, sigue, siguen, sin noticias, sin respuesta, tercera vez, vuelvo a""",
    "angry": """abandonad*, asi no se trata, burla, cansad*, colgo, decepcion*, deplorable*, desastre,
        desastros*, disgust*, enfadad*, enojad*, fatal, frustr*, furios*, grave, gravisimo, grosero, hart*,
        harto*, horrible*, inaceptable, incompetent*, indign*, indignad*, ineficaz, insatisf*, intolerable,
        lamentable*, mal servicio, mala atencion, maleducad*, malisim*, mediocre*, molest*, no se trata a un
        cliente, nunca aparecio, paciencia, papelon, patetic*, perdida de tiempo, perjuicio*, pesim*, pesima
        atencion, poco profesional, poco serio, queja*, quejan, resuelvan*, ridicul*, solo dio problemas, solo
        problemas, terrible*, tomadura de pelo, vergonzos*, verguenza""",
    "cancel": """anul*, baja, baja definitiva, baja del servicio, borrar mi cuenta, borrar mi perfil, borren mi,
        borrenla, cancel*, cancelacion de mi, cancelacion de nuestra, cerramos la, cerrar la cuenta, cerrar mi
        cuenta, cerrar nuestra cuenta, cierre de cuenta, cierre de la cuenta, cierre de mi, cierren la cuenta,
        como cancelar, como cancelo, damos de baja, dar de baja, dar por terminado, darme de baja, dejen de
        cobrar*, den por terminado, desactivar mi cuenta, desactivar nuestra, desactivarnos, desactiven,
        desapunt*, desistimiento, desisto, desuscrib*, desvincul*, detengan, elimin* mi cuenta, elimina mi
        cuenta, eliminar nuestra cuenta, fecha de fin, fin del contrato, finalicen, finaliza, finalizacion,
        finalizar, lo dejamos, lo dejo, no me cobren mas, no me vuelvan a cobrar, no nos cobren, no quiero que
        me cobren, nuestra baja, paren la, pasenme al gratuito, ponemos fin, poner fin, por terminado, preaviso,
        renovacion, renovacion automatica, rescind*, rescision, resolucion del contrato, resolver el contrato,
        romper el contrato, ruptura, salir de este contrato, salir del contrato, salirme, se disuelve, terminar,
        terminar el contrato, terminen, terminen nuestro, va nuestra baja, vencimiento, venza""",
    "not_renew": """dejamos de usar, dejar de usar, dejar vencer, dejaremos, dejen vencer, expire, no continu*,
        no continuaremos, no extender*, no extiend*, no haremos la renovacion, no la uso, no lo necesitamos mas,
        no lo necesito mas, no lo uso, no necesitare, no nos sirve mas, no prorrog*, no queremos continuar, no
        quiero seguir, no renov*, no renovamos, no renovare*, no seguimos, no seguir, no seguiremos, no sera
        renovad*, no vamos a continuar, no vamos a renovar, no vamos a seguir, que viene no, sin renovar, ultimo
        mes, ya no es necesari*, ya no hace falta, ya no lo, ya no necesit*, ya no nos hace falta, ya no usamos,
        ya no uso""",
    "switch": """a la competencia, a medida, adios, algo mejor, alternativa*, buscar otra, cambiamos de, cambiar
        de herramienta, cambiar de proveedor, cambio de proveedor, chau, codigo abierto, competencia, decidido
        por, dejamos su, dejar su, dejemos, desarrollo propio, despedirnos, elegimos, empezamos con otro, en
        otro lado, escogimos, firmamos _ con, hasta siempre, hecha en casa, hemos elegido, irnos, me cambio, me
        paso a, me voy, migr*, migracion a, nos cambiamos, nos despedimos, nos mudamos, nos pasamos, nos vamos,
        nueva herramienta, nuevo proveedor, nuevo sistema, nuevo software, optado por, optamos, otra empresa de,
        otra herramienta, otra plataforma, otra solucion, otro programa, otro proveedor, otro sistema, otro
        software, pasamos a, pasamos todo a, pasarnos a, pasenos nuestros datos, proveedor local, reemplaz*,
        rival*, software libre, sustitu*, trasladar*, traslado a, usan otra cosa, ya nos pasamos, ya pasamos""",
    "stay": """continuamos con, contrato firmado, dejamos _ por ustedes, hemos renovado, nos quedamos con, por
        ustedes, seguimos con""",
    "object": """abonados, adjunto, almuerzo, aparcamiento, aplazar, archivo, boletin, cita, cliente __ cancelo,
        cliente cancelo, como llegar, condiciones, conferencia, contabilidad, contacto desde, contrasena,
        correo, cumpleanos, curso del, demo, diapositivas, diplomas, direccion nueva, donde sera, en pdf, envio,
        estacionamiento, factura pendiente, fiestas, firmada, horario, hotel, hoy pagamos, jueves, lista de
        precios, manana, martes, miercoles, navegador, nif, nombre, oficina, olviden, paquete postal, posponer,
        propios, reunion, router, seminario, telefono, transferencia, vacaciones, viernes, visita, vuelo""",
    "account": """acceso, acuerdo, colaboracion, contrato, convenio, cuenta, licencia, membresia, paquete,
        perfil, plan, prueba, servicio, suscripcion""",
    "solved": """adelante, arreglad*, cierre* __ ya no ocurre, entendido, era culpa mia, era mi, error mio,
        error* __ desaparecio, error* __ ya no, esta todo claro, facil de entender, facil de usar, facilisimo de
        entender, fallo* __ desaparecio, fallo* __ ya no, falsa alarma, fue culpa nuestra, fue de nuestro,
        funciona de nuevo, funciona otra vez, funciona todo, gracias por agregar, gracias por ampliar, gracias
        por anadir, gracias por arreglar, gracias por la ayuda, gracias por la explicacion, gracias por la
        rapidez, llego el, nada complicado, ningun fallo, ningun inconveniente, ningun problema, ninguna queja,
        problema* __ desaparecio, problema* __ ya no, pueden cerrar, restablecid*, resuelt*, resuelto, se
        arreglo, se soluciono, sin novedad, sin problemas, solucionad*, todo bien, todo claro, todo funciona, va
        de maravilla, volvio a, ya entendi, ya esta, ya funciona, ya lo encontre, ya no falla, ya no ocurre, ya
        no se cierra, ya se arreglo, ya va""",
    "not": """nada, nadie, ni, ningun, ninguna, ninguno, no, nunca, sin, tampoco""",
    "how": """como cambio, como puedo, cual es, cuales, cuando es, cuantos, me pueden, podria, podrian, puedo,
        que horario, se puede""",
    "if": """a fin de ano, a menos, como no, de lo contrario, mientras no, o no, si no""",
    "twice": """doble, dos veces, duplicad*, tres veces""",
    "own": """nuestros clientes, propias, propios""",
    "contrast": """a pesar, aun asi, aunque, pese a, sin embargo estoy""",
}
