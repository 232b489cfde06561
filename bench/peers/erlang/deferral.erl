%% Processes that put other work off until they have an answer: selective receive.
-module(deferral).
-export([logistic_map/1, banking/1]).

logistic_map(Terms) ->
    Main = self(),
    Workers = [spawn_series(Main, I, Terms) || I <- lists:seq(0, 9)],
    Began = work:clock(),
    [Worker ! next_term || _ <- lists:seq(1, Terms), Worker <- Workers],
    Last = [receive {term, Worker, X} -> X end || Worker <- Workers],
    bench:timed(Began, work:sum_of_terms(Last)).

spawn_series(Main, Index, Terms) ->
    Computer = spawn_link(fun() -> computer(3.46 + 0.0025 * Index) end),
    stage:spawn_flooded(fun() -> series_worker(Main, Computer, 0.0025 * Index, Terms) end).

computer(Rate) ->
    receive
        {call, From, X} ->
            calls:reply(From, Rate * X * (1 - X)),
            computer(Rate)
    end.

series_worker(Main, _, X, 0) ->
    Main ! {term, self(), X};
series_worker(Main, Computer, X, TermsLeft) ->
    receive
        next_term ->
            series_worker(Main, Computer, calls:call(Computer, X, infinity), TermsLeft - 1)
    end.

-define(ACCOUNTS, 1000).

banking(Count) ->
    Main = self(),
    Accounts = [stage:spawn_flooded(fun() -> account(1_000_000) end)
                || _ <- lists:seq(1, ?ACCOUNTS)],
    Transfers = work:transfers(Count),
    Teller = stage:spawn_flooded(fun() -> teller(Main, list_to_tuple(Accounts), Transfers) end),
    Began = work:clock(),
    Teller ! start,
    receive done -> ok end,
    Ended = work:clock(),
    Balances = [calls:call(Account, balance, infinity) || Account <- Accounts],
    Weighted = lists:zipwith(fun(I, Balance) -> I * Balance end, lists:seq(1, ?ACCOUNTS), Balances),
    bench:timed(Began, Ended, lists:sum(Weighted)).

teller(Main, Accounts, Transfers) ->
    receive start -> ok end,
    [element(Source + 1, Accounts) ! {transfer, element(Target + 1, Accounts), Amount, self()}
     || {Source, Target, Amount} <- Transfers],
    [receive done -> ok end || _ <- Transfers],
    Main ! done.

account(Balance) ->
    receive
        {transfer, Target, Amount, Teller} ->
            ok = calls:call(Target, {credit, Amount}, infinity),
            Teller ! done,
            account(Balance - Amount);
        {call, From, {credit, Amount}} ->
            calls:reply(From, ok),
            account(Balance + Amount);
        {call, From, balance} ->
            calls:reply(From, Balance),
            account(Balance)
    end.
