"""English words by idea; `words` says how a pattern is written."""

IDEAS = {
    "seats": """accounts, admins, agents, branch*, colleague*, contractors, coworker*, department*, devices,
        division*, drivers, editors, employee*, folks, freelancers, guests, headcount, headcounts, hires,
        intern*, invitations, invite*, joiners, licen*, lines, location*, login*, logins, machines, managers,
        member*, named user*, new hire*, newcomers, offices, operator*, operators, our accounts, people,
        personnel, persons, phone number, phones, players, pupils, readers, recruits, registers, reps, sales
        reps, salespeople, screens, seat*, site, sites, staff, starter*, stores, students, subscribers seats,
        teachers, team, teammate*, technicians, terminals, user account*, user*, viewers, volunteer*, worker*,
        workplaces, workstations""",
    "space": """100gb, 10gb, 2gb, 50gb, 5gb, archive, attachments limit, backups space, capacity, cloud storage,
        cpu, disk, drive, full inbox, gb, gig, gigabyte*, gigabytes, gigs, hard drive, inbox, mailbox, memory,
        ram, retention, room, server capacity, space, storage, tb, terabyte*""",
    "quota": """allowance*, bandwidth, boards, bundle, calls, calls per, campaigns, cap, caps, ceiling,
        concurrent, contacts, credits, daily limit, dashboards, entries, environment*, events, file size, items,
        jobs, limit*, max, maximum, messages, minutes, monthly limit, package covers, pages, per minute, per
        month, products, projects, queries, quota*, rate limit*, records, requests, responses, rows, runs,
        scans, surveys, tasks per, threshold*, throughput, tier, tokens, transactions, uploads, volume,
        workspaces""",
    "more": """add, adding, additional*, another, beyond, bigger, boost*, broader, bump*, double, double our,
        eight more, enlarg*, enlarge, expand*, expansion, extend*, extra, five more, further, go up, greater,
        grow*, higher, higher cap, increas*, increased, larger, lift, longer, more, next level, next size, next
        step up, rais*, scale, scale up, scaling, second, six more, squeeze in, step up, ten more, third, top
        up, topup, unlimited, upgrade*, upping, upsize, wider""",
    "buy": """buy*, cost, offer, order*, pay for, po, price for, pricing for, procure*, provision, purchas*,
        quote, roll out, sell me, sell us""",
    "full": """all taken, all used, allows only, almost full, almost out, aren't _ enough, at 9, at the limit,
        burn* through, bursting, capped, ceiling, depleted, don't suffice, doubled, exceed*, exhausted, filling
        up, full, get refused, go from, growing, grown, hit a limit, hit our, hit the, hit the ceiling, hitting,
        insufficient, is all we get, isn't _ enough, let me have, lets me have only, limited to, max out, maxed,
        more than the, nearly full, nearly out, no _ left, no free, no longer enough, none left, not enough, not
        sufficient, only _ remain, only allowed, only allows, only get, only have, only let, only lets, only
        one, only three, only two, outgrew, outgrow*, outgrown, over our, over quota, over the limit, ran out,
        ran through, reached, refused, remain, restricted to, run out, running low, running out, seats short,
        short of, short on, too few, too low, too small, too tight, used all, used up, went over, won't do,
        won't last, wont last""",
    "need": """asked for, asking for, could use, crucial, demand*, essential, hoping, i'd like, important for
        us, interested in, keen, looking for, must, must have, need*, request*, require*, want*, we wish, we'd
        like, we'd love, we'll need, would like, would love""",
    "no_need": """all set, are enough, do not _ need, do not want, doesn't need, don't _ need, don't plan, don't
        require, don't want, enough for now, enough for us, enough licen*, enough seats, fine with, happy with
        what, have enough, is enough, isn't required, left over, more than enough, needn't, never mind, no
        additional, no extra, no further, no longer require, no more needed, no need, no thanks, not interested,
        not necessary, not need, not required, plenty, suffices, sufficient, suits us, unnecessary""",
    "feature": """2fa, ai assistant, alert*, analytics, android, api, app, apple, approval*, archive, audit,
        authentication, automation*, azure, backup*, barcode*, biometric, branding, bulk, calendar, chart*,
        chat, chatbot, checklists, clone, column*, comment*, compare, comparison, compliance, connect it,
        connect to, connect with, connector*, csv, currenc*, custom field*, dark mode, dark theme, dashboard*,
        dependencies, desktop, discount codes, drag and drop, duplicate, e signature*, editor, email template*,
        encryption, excel, export*, face id, feature*, filter*, forecast*, function*, gantt, gdpr, google
        calendar, google sheets, gps, graph*, grouping, hipaa, history, hosting, hubspot, import, integrat*,
        inventory, invoice reminders, invoices, ios, iso, jira, kanban, kiosk, language*, ldap, link it, log in
        with, logo, loyalty, map of, map*, mobile, mode, module*, multi, multilingual, notes, notification*,
        ocr, offline, offline access, offline mode, offline version, okta, okta accounts, option*, passkey*,
        password manager, payments, payroll, pdf, permission*, pin, plug in, plugin*, portal, print*, qr,
        quickbooks, remember my, reminder*, report builder, reporting, reports, resizable, role*, rtl,
        salesforce, saml, sandbox, scan*, schedule*, scheduled report, scheduling, search, self service,
        sharepoint, shopify, shortcut*, side by side, sign in with, signature*, single sign*, slack, sms, soc,
        sort*, spreadsheet*, sso, subtask*, summaries, support for, survey*, sync*, tablet, tag, tags, teams,
        template*, theme*, time tracking, timeline, timezone*, translation*, two factor, undo, upload*, version
        history, video, view, voice, webhook*, white label, widget*, windows app, work offline, workflow*, works
        offline, xero, zapier""",
    "plan": """add on, addon, advanced, bundle, business, edition, edition*, enterprise, growth, higher plan,
        higher tier, module, package*, paid plan, plan, plans, plus, premium, pro, professional, standard,
        starter, subscription, team plan, tier, tiers, top tier, unlock, upgrade path, upgrade to, upgrade*,
        version, what edition, which edition""",
    "missing": """a plus, ability to, able to, absent, add a map, add support, adding a, allow us, an option to,
        any chance of, any plans, any way to, are you planning, being able to, big plus, blocker, can you add,
        can't go live, cannot do, configurable, consider, consider adding, could you add, could you build, could
        you offer, could you please add, currently no, deal breaker, do you plan, does it let, doesn't support,
        dream, feature request, grayed out, greyed out, handy, hope you, i miss, idea, implement, introduce, is
        anyone working on, is there going to be, isn't supported, it should, it'd be, lack*, let me, let us,
        lets me, love to be able, make it possible, make my day, makes my day, miss the, missing, need to be
        able, needs to have, no option, no way to, not available, not supported, on the roadmap, on your
        roadmap, only thing missing, option to, planned, please add, please build, please consider, please
        implement, please make, please support, request for, request:, resizable, roadmap, should be able,
        should have, should let, should remember, suggest*, suggestion*, there is no, there's no, unsupported,
        waiting for, we'd love it, when will you, when will you support, will there be, will you support, wish*,
        wishlist, without, would be awesome, would be cool, would be fantastic, would be good, would be great,
        would be handy, would be helpful, would be nice, would be useful, would help, would love, would love to,
        would make, would make life, would save, you should add""",
    "ask_has": """are there any, available in, available on, can i connect, can it, can the, can your, capable
        of, come with, comes with, do you do, do you have, do you offer, do you plan to, do you provide, do you
        support, does enterprise, does it allow, does it have, does it support, does the, does your _ package,
        does your tool, from which plan, included in, includes, is _ available, is _ possible, is it included,
        is it possible, is there a, is there an, is there any, offer a, on which plan, package allow, part of
        the, possible to, somehow, supports, what edition, what plan, which edition, which package, which plan,
        which tier, will there be, would it be possible""",
    "price": """annual*, bill, bucks, budget*, charge, cost*, discount*, dollar*, euro*, expenditure, expense*,
        fee, fees, gbp, grand, invoice, invoice amount, k a year, list price, margin, money, month, monthly,
        pay*, per seat, per user, price*, pricing, quid, quote, rate, rates, spend*, tariff, thousand, usd, year""",
    "expensive": """afford*, ate our, better deal, better price, beyond our budget, bigger bill, budget cut,
        budget got cut, can't afford, cannot afford, cheap, cheaper, cheapest, compared to others, compared with
        others, cost too, costly, costs far, costs more, cut costs, discount*, discounts, double the price,
        eats, exorbitant, expensive, far outweigh, half the price, hard to swallow, hefty, inflated, is a lot,
        less expensive, lot of money, lower price, lower rate, match that, out of our budget, outweigh*, over
        budget, overpriced, per user seems, poor value, price hike, price increase, pricey, pricy, rip off, save
        money, seems steep, so much money, steep, third of the price, too high, too much for, too much money,
        unaffordable, unreasonable, went up""",
    "value": """added value, advantage, benchmark*, benefit*, bring us, brings us, brought us, business case,
        case stud*, cost benefit, difference it makes, efficien*, evidence, gain*, get out of, getting out of,
        got out of, helps us, impact, improve*, improvement, investment, justif*, lose if, make sense
        financially, measurable, measure, merit*, miss if, money's worth, outcome*, paid off, pay back, pay off,
        payback, payoff, pays off, productivity, profit, profitable, proof, prove*, reduction, references,
        results, return, return on, revenue, roi, sales, saved hours, saved time, saved us, saving*, studies,
        time saved, upside, useful to us, usefulness, value, what i'd lose, what we'd lose, worth, worth it,
        worth the, worthwhile""",
    "doubt": """any arguments, arguments for, asked whether, asks what, back to excel, barely, beyond me why we
        pay, boss wants, brought nothing, can't justify, can't see the, can't see why, cannot justify, cannot
        see why, cfo, controller, convince, defend, difficult to see, disappointing results, do without, does it
        really, don't see, don't see what, don't see why, doubt*, downgrade to the, drop down a level, expected
        more, explain to me what, explain why, fail to see, far from, finance, go down a level, half of what we
        pay, hard sell, hard to, hard to see, hardly, hardly any, hesita*, i can't tell, i expect, is it really,
        is it worth, is this really, is this worth, isn't there, justif*, little, low, luxury, make the case,
        management, no improvement, no longer worth, not convinced, not much, not sure, not worth, nothing to
        show, on the fence, paying for, poor, procurement, questioned, questioning, questions the, questions
        why, really saving, really worth, reason to, reconsider*, rethinking, sceptical, scrutin*, second
        thoughts, see any, see no, see no improvement, show me, skeptical, struggl*, unconvinced, unsure, wants
        numbers, waste, wasted, we expected, went back to, what are we, what do we get, what exactly, what i'd
        lose, what we'd lose, what would i lose, what's the point of paying, why _ keep, why are we, why do we,
        why pay, why should, why would, wonder*, worth it""",
    "unused": """barely use*, collecting dust, do not use, doesn't use, don't use, few of us, few people use,
        gathering dust, go unused, goes unused, hardly anybody, hardly anyone, hardly use*, idle, lies idle,
        logs in any*, low adoption, never use*, no one uses, nobody _ logs, nobody touches, nobody uses, not
        adopted, not using, once a month, only use, rarely, rarely use*, seldom, sits there, sitting unused,
        unused, use it twice, we only, were active""",
    "praise": """all fine, amazing, appreciate, awesome, brilliant, cheers, congrat*, easy, enjoyed, exactly
        what, excellent, fair, fantastic, fine, glad, good job, good value, good work, great, happy, happy with,
        kudos, like a charm, looks good, love, loving, never looked back, nice, obvious, perfect*, pleased,
        recommend, satisfied, smooth, smoothly, sounds good, super, thank you, thanks, thx, very good, well
        done, wonderful, works fine, works great, works like, works well, worth every""",
    "not_understand": """beats me, can't _ make sense, can't figure, can't see how, can't tell what, can't tell
        which, can't work out, can't wrap, cannot figure, cannot tell, could explain, didn't get it, didn't
        understand, difficult to understand, do not know, do not understand, doesn't make sense, don't _ get,
        don't _ understand, don't get, don't know either, don't know how, don't know what, don't know where,
        don't know which, don't quite, don't see how, dont get, dont understand, explain, explained, fail to
        understand, figure out, hard to follow, hard to understand, haven't a clue, i thought, make no sense,
        misunderstood, no clue, no idea, not following, not getting, not know how, not sure i understand, not
        understand, still don't know, trouble understanding, unable to understand, understand what, understand
        why, what they mean, wrap my head""",
    "lost": """am i missing, ambiguous, assistance setting, at a loss, baffl*, beginner, bewilder*, bit lost,
        brief intro, cannot work out, clueless, cluttered, complex, complicated, confus*, cryptic, difficult to
        use, documentation, don't know my way, dumb question, dummies, explain it, for dummies, get started,
        getting nowhere, go in circles, going around in circles, got nowhere, guide, guide me, hand holding,
        handover, hard to navigate, hard to use, help getting started, help me understand, help me with, help to
        set up, hidden, how do i even, how to video, instructions, introduction, jargon, labyrinth, learning
        curve, lesson, lost, maze, messy, misunderst*, mystery, need training, needs a manual, newbie, no idea
        which, not a technical, not clear, not intuitive, not obvious, not self explanatory, not
        straightforward, not sure how, not sure what, not technical, not user friendly, onboarding, over my
        head, overcomplicated, overview, overwhelm*, please explain, puzzl*, round in circles, show me how,
        silly question, step by step, struggl* to, stuck on, stuck on what, stupid question, too complicated,
        too many options, too technical, training for, training session, tutorial, unclear, unintuitive, unsure
        how, walk me, walk us, walkthrough, way around""",
    "where": """what menu, where _ gone, where _ hidden, where are, where are the, where can i, where did, where
        do i, where do we, where does, where exactly, where have, where in, where is, where on, where should,
        where to, where would, where's, where's the, whereabouts, which menu, which page, which tab""",
    "not_find": """been looking for, can not find, can't find, can't locate, can't see a, can't see the, can't
        see where, can't seem to find, can't spot, cannot find, cannot see the, cant find, couldn't find,
        disappeared from the menu, don't see a, don't see any, don't see the, don't see where, hard to find,
        hunting for, impossible to find, isn't there a button, keep looking, look* for the button, looked
        everywhere, moved to, no longer find, not find, not visible, nowhere, search* for the, searched
        everywhere, searching for, unable to find, unable to locate, unable to see""",
    "meaning": """am i supposed, difference between, difference is, how do these, how does the, how does this,
        how is this, is that the same, mean by, meaning of, meant by, next step, now what, stand for, stands
        for, supposed to, the point of, then what, what am i looking at, what am i supposed, what are the, what
        are these, what do i, what do the, what do these, what does _ mean, what does it, what does that, what
        does this, what for, what happens if, what happens when, what is a, what is meant, what is the, what is
        this, what is this for, what the, what's a, what's it for, what's that, what's the difference, what's
        this, which is which, which link, which of the, which one""",
    "broken": """404, 500, 502, 503, 504, black screen, blank page, blank screen, bounce*, breaks, broke,
        broken, bug, buggy, bugs, choppy, closes by itself, closes itself, connection lost, corrupt*, crash*,
        cut off, declined, defect*, denied, disappear, disappears, disconnect*, disruption*, double booked,
        down, drop after, dropped, drops, duplicate*, empty file, endless loop, error*, exception, fail*, fatal,
        faulty, flicker*, flickers, freez*, froze*, garbage, garbled, glitch*, goes black, goes blank, hang,
        hangs, hung, impossible to, incident, infinite loop, interrupted, invalid, issue with, issues with,
        jammed, kicked out, kicks me out, loading forever, locked, logged out, logging me out, logs me out,
        loops, loses, malfunction*, misbehav*, mixed up, not possible, offline, out of sync, outage*, overlap*,
        overlapping, permission denied, problem with, problems with, quits, reboot*, red banner, rejected,
        restart*, shuts down, sideways, spinner, spinning, stalls, stop at, stopped responding, stops at, stuck
        at, swapped, time out, timed out, timeout*, times out, trouble, trouble with, unavailable, unexpected,
        unhandled, unreachable, unreadable, unresponsive, unstable, unusable, white page, white screen, won't
        load, wonky""",
    "not_work": """are not import*, aren't being, can no longer, can't access, can't add, can't connect, can't
        delete, can't download, can't edit, can't export, can't get in, can't get into, can't hear, can't
        import, can't log in, can't login, can't open, can't pay, can't print, can't reach, can't save, can't
        see my, can't send, can't sign in, can't upload, cannot access, cannot connect, cannot download, cannot
        get in, cannot log, cannot open, cannot print, cannot see my, cannot send, cannot upload, couldn't log,
        did not receive, didn't arrive, didn't receive, didn't save, does nothing, doesn't _ work, doesn't
        arrive, doesn't load, doesn't match, doesn't open, doesn't respond, doesn't save, doesn't send, doesn't
        show, doesn't sync, doesn't update, don't add up, don't arrive, don't load, don't match, don't show,
        don't sync, don't work, fails to, hasn't arrived, hasn't received, have not arrived, haven't received,
        is not responding, isn't _ work*, isn't being, isn't loading, isn't sending, isn't showing, isn't
        syncing, isn't working, keeps, logging out, never arrive*, never came, never got, never received, no
        connection, no longer being, no longer work*, no sound, not arriv*, not being, not connect*, not
        deliver*, not display*, not displayed, not export*, not getting through, not import*, not load*, not
        loading, not match, not possible to, not possible to log, not print*, not process*, not received, not
        record*, not respond*, not responding, not sav*, not send*, not show*, not sync*, not updat*, not work*,
        nothing happens, refuses to, returns nothing, stopped, stopped _ing, stopped being, stopped working,
        unable to access, unable to connect, unable to log, unable to open, unable to pay, unable to print,
        unable to save, unable to send, unable to upload, wasn't saved, won't""",
    "wrong_data": """all gone, another company, are gone, are missing, breach*, counts are off, data loss,
        deleted, disappear*, disappeared, doubled, duplicates, empty, erased, inaccurate, incorrect*, is
        missing, leak*, lost a day, lost all, lost data, lost everything, lost my, messed up, miscalculat*,
        mismatch, missing data, missing from, missing rows, mixed up, negative stock, not added up, not correct,
        numbers are off, off by, other customer*, out of date, out of sync, outdated, overwrit*, overwrote,
        removed my, someone else's, totals are, totals are wrong, vanish*, vanished, went missing, wiped, wrong,
        wrong address, wrong amount, wrong currency, wrong customer*, wrong date, wrong order, wrong people,
        wrong person, wrong prices""",
    "billing": """billed, billed twice, billing, card was declined, charg* my, chargeback*, charged, charged
        for, charged twice, charging me, charging us, correct this, credit card, credit note, debit, debited,
        deducted, didn't authorise, dispute*, double billed, double charge*, downgraded to, extra charge, get it
        back, hidden charge*, hidden fee*, incorrect invoice, invoice is wrong, invoice wrong, invoiced, keep
        billing, money back, money from my account, my statement, never authorized, overcharg*, overpaid,
        payment failed, payment of, payment was taken, refund*, reimburs*, second debit, still charged, still
        charging, tax on, took money, unauthorised, unauthorized, vat, want it back, want my money, withdrawn,
        without permission, wrong amount, wrong invoice, wrongly charged""",
    "slow": """a minute to, delay*, hours late, lag*, late or not, minutes to load, performance, slow, slower,
        slowly, sluggish, takes ages, takes forever""",
    "waiting": """again, all week, call back, days ago, escalat*, every day, every single time, every time, for
        days, got back to, haven't heard, hear back, ignored, ignoring, keep reporting, never heard back, never
        showed, no answer, no call back, no one _ repl*, no one from your, no reply, no response, nobody _
        answer*, nobody _ repl*, nobody called, nobody from your, nobody has, nobody rang, not heard back,
        promised, second time, showed up, since last, since monday, since this morning, since tuesday, since
        yesterday, still, still have not, still no, third time, twice a day, unanswered, waiting, was promised,
        when will it""",
    "angry": """angry, annoy*, appalling, awful, bad experience, bad service, complain*, complaint, costing us,
        disappoint*, disaster, dreadful, embarrassing, fed up, formal complaint, frustrat*, furious, had enough,
        horrible, hung up, impolite, incompetent, infuriat*, insulting, irritat*, joke, let down, losing
        customers, losing patience, lousy, mess, never showed up, not good enough, not happy, not how you treat,
        nothing but trouble, outrageous, pathetic, patience, poor quality, poor service, poor support,
        ridiculous, rude, serious, shame, shocking, sick and tired, sick of, terrible, that's not how, this is
        not how, trouble with, unacceptable, unhappy, unhelpful, unprofessional, upset, useless, waste of time,
        worst""",
    "cancel": """auto renew*, automatic renewal, back out, be done with, cancel*, cease, close down, close down
        my, close my account, close our account, close the account, closing my account, closing our account,
        count us out, deactivate*, delete my account, delete our account, delete the account, deregister,
        disable auto, discontinue, do not renew, don't bill me, don't charge me again, don't renew, dont renew,
        downgrade us, drop the subscription, end my, end my plan, end my subscription, end of contract, end of
        term, end of the term, end our, end our agreement, end our contract, end our plan, end our subscription,
        end the agreement, end the contract, end the subscription, end this agreement, ending my, ending our,
        ending the, erase my account, get out of the contract, give notice, how can i cancel, how do i cancel, i
        quit, i'm out, kill the account, lapse, notice, notice of cancellation, notice of termination, notice
        period, opt out of renewal, opt out of the plan, our notice, out at the end, out of the contract, out of
        this contract, pull the plug, pulling the plug, quit, quitting, remove my account, remove us, rescind,
        revoke, shut down my, shut down our, sign off, stop billing, stop my plan, stop my subscription, stop
        our, stop paying, stop the auto, switch off auto, terminat*, terminate*, this is our notice, turn off
        auto, unsubscribe, we're out, when the year is up, wind* up, wipe my account, withdraw from, wrap up our""",
    "not_renew": """decided against, decided not to renew, do not use it, don't intend to, don't need it any*,
        don't need the account, don't need your, don't use it, don't want to continue, end date, ends in,
        expire, expiring, final month, finish at the end, last month with you, let it expire, let it run out, no
        further use, no intention, no longer need, no longer use, no use for, not be extended, not be needing,
        not be renewed, not carry on, not continu*, not extend*, not going to renew, not keep, not planning to
        stay, not prolong, not renew*, not stay, not to renew, not use it, not using it any*, stop using,
        stopped using, will not be continuing, will not renew, won't be continuing, won't be extending, won't be
        renewing, won't carry on, won't continue, won't extend, won't need, won't renew""",
    "switch": """alternative*, another platform, another product, another provider, another supplier, another
        system, another tool, another vendor, better solution, build our own, built our own, change provider*,
        changing provider*, chosen a, chosen another, competitor*, defect, different product, different
        provider, different software, different supplier, different tool, different vendor, drop your,
        elsewhere, farewell, found another, found something, go with, going back to, going to use, going with,
        gone with, goodbye, in house, inhouse, jump ship, leave, leaving, local supplier, look at, migrat* to,
        migrating, move away, move on, move to, moved over, moved to, moving away, moving on, moving over,
        moving to, new supplier, new system, open source, opted for, other provider, other software, other
        supplier, other system, part company, part ways, picked another, replac* you, replace your, replaced by,
        replacing you, replacing your, rival*, saying goodbye, settled on, signed with, something better,
        switch* to, switched over, switching, take our business, transfer our data, transition to,
        transitioning, uses something else, we've chosen, will be using""",
    "stay": """came from, contract signed, moved from, renewed, stay with you, staying with, switched from,
        we're staying""",
    "object": """address, appointment, attached, bank transfer, birthday, booking, browser, call on, catering,
        certificate, christmas, client cancelled, conference, contact person, customer cancelled, delivery,
        directions, enclosed, event, flight, forms attached, friday, holiday*, hotel, ignore my, interview,
        invoice to, logo file, lunch, meeting, monday morning, my mistake, newsletter, office, on vacation, our
        side, outstanding invoice, own app, own customers, own subscribers, paid the, parcel, parking, password,
        phone number, policy, postpone, price list, raffle, records, reschedule, session, slides, take place,
        the order, thursday, tomorrow, tuesday, vat number, visit, webinar, wednesday, workshop""",
    "account": """account, agreement, contract, deal, licence, license, membership, package, plan, profile,
        renewal, service, subscription, tenant, term, trial, workspace""",
    "solved": """all clear, all good, all sorted, arrived, back to normal, back up, bug* __ gone, can be closed,
        clear now, cleared up, crash* __ gone, crash* __ no longer, done now, easy to understand, easy to use,
        error* __ gone, error* __ no longer, explanation, false alarm, figured it out, fixed, fixed itself,
        found it, go ahead, gone since, got it working, is clear now, is gone, issue* __ gone, it works, my
        fault, my own fault, never mind, no bugs, no complaints, no errors, no issues, no longer an issue, no
        longer crash*, no longer happens, no problem, no problems, no trouble, not an issue, not complicated,
        not confus*, outage __ is over, problem* __ gone, resolved, running again, solved, sorted, sorted
        itself, stopped crashing, thank you for adding, thanks for adding, thanks for fixing, thanks for
        increasing, thanks for sorting, thanks for the explanation, thanks for the quick, that did it, that
        helped, understood, user error, was my browser, was on our side, working again, working now, works
        again, works like, works now, works perfectly""",
    "not": """aren, can't, cannot, couldn, didn, doesn, don, hasn, haven, isn, never, no, not, nothing, wasn,
        without, won""",
    "how": """can i, can we, can you, could you, how can i, how can we, how do i, how do we, how many, how to,
        may i, what are your, what's your, when is, who is""",
    "if": """by summer, either, if not, if you don't, otherwise, unless, until""",
    "twice": """double, duplicated, three times, twice, two times""",
    "own": """my own, our clients, our customers, our own, own customers, own subscribers""",
    "contrast": """although, but i only, despite, even though, in spite of, though i, yet""",
}
