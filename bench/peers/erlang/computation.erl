%% Processes that compute.
-module(computation).
-export([apsp/1, nqueens/1]).

%% -- all pairs' shortest paths --------------------------------------------------------------------

%% A block is a binary of 32-bit numbers: one that is sent is shared, not copied.
-define(SIDE, 50).

apsp(Nodes) ->
    Main = self(),
    Graph = work:graph(Nodes),
    Blocks = Nodes div ?SIDE,
    All = [{{Row, Column}, spawn_block(Main, Nodes, Row, Column, block(Graph, Row, Column))}
           || Row <- lists:seq(0, Blocks - 1), Column <- lists:seq(0, Blocks - 1)],
    [Block ! {neighbours, [Other || {{R, C}, Other} <- All, Other =/= Block,
                                    R =:= Row orelse C =:= Column]}
     || {{Row, Column}, Block} <- All],
    Began = work:clock(),
    [Block ! start || {_, Block} <- All],
    Sum = stage:reports(length(All)),
    bench:timed(Began, Sum).

block(Graph, Row, Column) ->
    << <<Weight:32>> || Weights <- lists:sublist(Graph, Row * ?SIDE + 1, ?SIDE),
                        Weight <- lists:sublist(Weights, Column * ?SIDE + 1, ?SIDE) >>.

spawn_block(Main, Nodes, Row, Column, Block) ->
    spawn_link(fun() ->
        receive {neighbours, Neighbours} -> ok end,
        receive start -> ok end,
        Last = phases(0, Nodes, {Row, Column}, Neighbours, Block),
        Main ! {report, lists:sum([Distance || <<Distance:32>> <= Last])}
    end).

phases(Nodes, Nodes, _, _, Block) ->
    Block;
phases(K, Nodes, {Row, Column} = Place, Neighbours, Block) ->
    OfK = K div ?SIDE,
    [Neighbour ! {block, K, Row, Column, Block} || Neighbour <- Neighbours],
    InRow = case Column of OfK -> Block; _ -> none end,
    InColumn = case Row of OfK -> Block; _ -> none end,
    {RowBlock, ColumnBlock} = await(length(Neighbours), K, OfK, Place, InRow, InColumn),
    Relaxed = relax(Block, RowBlock, row(K rem ?SIDE, ColumnBlock), K rem ?SIDE),
    phases(K + 1, Nodes, Place, Neighbours, Relaxed).

%% The block of this row that has column K, and that of this column that has row K.
await(0, _, _, _, InRow, InColumn) ->
    {InRow, InColumn};
await(Left, K, OfK, {Row, Column} = Place, InRow, InColumn) ->
    receive
        {block, K, Row, OfK, Block} -> await(Left - 1, K, OfK, Place, Block, InColumn);
        {block, K, OfK, Column, Block} -> await(Left - 1, K, OfK, Place, InRow, Block);
        {block, K, _, _, _} -> await(Left - 1, K, OfK, Place, InRow, InColumn)
    end.

row(K, Block) -> binary:part(Block, K * ?SIDE * 4, ?SIDE * 4).

relax(Block, InRow, FromK, K) ->
    << <<(relax_row(row(I, Block), to(K, row(I, InRow)), FromK, <<>>))/binary>>
       || I <- lists:seq(0, ?SIDE - 1) >>.

to(K, Row) ->
    <<_:K/unit:32, Distance:32, _/binary>> = Row,
    Distance.

relax_row(<<>>, _, <<>>, Relaxed) ->
    Relaxed;
relax_row(<<Direct:32, Row/binary>>, ToK, <<FromK:32, Over/binary>>, Relaxed) ->
    relax_row(Row, ToK, Over, <<Relaxed/binary, (min(Direct, ToK + FromK)):32>>).

%% -- n queens -------------------------------------------------------------------------------------

-define(SEARCHERS, 20).
-define(ROWS_OF_MASTER, 4).

nqueens(Queens) ->
    Main = self(),
    Columns = lists:seq(0, Queens - 1),
    Searchers = [spawn_link(fun() -> searcher(Queens, Columns) end)
                 || _ <- lists:seq(1, ?SEARCHERS)],
    Master = stage:spawn_flooded(fun() -> master(Main, Searchers) end),
    Began = work:clock(),
    Master ! {work, 0, []},
    Solutions = stage:reports(1),
    bench:timed(Began, Solutions).

master(Main, Searchers) -> master(Main, Searchers, Searchers, 0, 0).

master(Main, All, [], Working, Solutions) ->
    master(Main, All, All, Working, Solutions);
master(Main, All, [Next | Searchers] = Turn, Working, Solutions) ->
    receive
        solution ->
            master(Main, All, Turn, Working, Solutions + 1);
        {work, Rows, Board} ->
            Next ! {work, Rows, Board, self()},
            master(Main, All, Searchers, Working + 1, Solutions);
        done when Working =:= 1 ->
            Main ! {report, Solutions};
        done ->
            master(Main, All, Turn, Working - 1, Solutions)
    end.

searcher(Queens, Columns) ->
    receive
        {work, Rows, Board, Master} when Rows < ?ROWS_OF_MASTER ->
            [Master ! {work, Rows + 1, [Column | Board]}
             || Column <- Columns, work:allows(Column, Board)],
            Master ! done;
        {work, Rows, Board, Master} ->
            work:search(Board, Queens - Rows, Columns, fun() -> Master ! solution end),
            Master ! done
    end,
    searcher(Queens, Columns).
