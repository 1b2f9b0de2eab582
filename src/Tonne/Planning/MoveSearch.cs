namespace Tonne.Planning;

/// <summary>The best slots and places of a job that may move at a pause, by dynamic programming.</summary>
/// <remarks>
/// As <see cref="PauseSearch"/>, for each place. A resume at p of a job paused at q takes q's values from before the transfer, the pause
/// at q until the resume, and the transfer. All values are kept, so the number of slots is limited more strictly.
/// </remarks>
sealed class MoveSearch
{
    const int Continue = 0;
    const int Start = 1;
    const int FirstSource = 2;

    readonly SlotCosts[] _costs;
    readonly SlotGrid _grid;
    readonly int _layers;
    readonly bool _unlimited;
    readonly int _resumeSlots;
    readonly int _least;
    readonly int[] _moveSlots;
    readonly double[][] _moves;
    readonly double[] _running;
    readonly double[] _paused;
    readonly ushort[] _choices;

    internal MoveSearch(SlotCosts[] costs, SlotGrid grid, int layers, bool unlimited, int resumeSlots, int minSlots)
    {
        (_costs, _grid, _layers, _unlimited, _resumeSlots) = (costs, grid, layers, unlimited, resumeSlots);
        _least = Math.Min(minSlots, grid.Work);
        _moves = [.. costs.Select(cost => cost.CreateTransfers(cost.Model.Place.TransferToMove, grid))];
        _moveSlots = [.. costs.Select(cost => cost.Model.Place.TransferToMove is { } move ? grid.Ceiling(move.Time) : -1)];
        var size = (grid.Count + 1) * costs.Length * layers * (grid.Work + 1);
        (_running, _paused, _choices) = (new double[size], new double[size], new ushort[size]);
        Array.Fill(_running, double.PositiveInfinity);
        Array.Fill(_paused, double.PositiveInfinity);
    }

    internal double Solve(List<SlotSegment> segments)
    {
        var (best, bestTime, bestPlace, bestLayer) = (double.PositiveInfinity, -1, 0, 0);
        var sources = new double[_costs.Length];
        for (var time = 1; time <= _grid.Count; time++)
        {
            for (var place = 0; place < _costs.Length; place++)
            {
                Advance(time, place, sources);
                for (var layer = 0; layer < _layers; layer++)
                {
                    var total = _running[IndexOf(time, place, layer, _grid.Work)];
                    if (total < best * (1 - 1e-12))
                        (best, bestTime, bestPlace, bestLayer) = (total, time, place, layer);
                }
            }
        }

        if (bestTime >= 0)
            Follow(bestTime, bestPlace, bestLayer, segments);
        return best;
    }

    int IndexOf(int time, int place, int layer, int done) =>
        (((((time * _costs.Length) + place) * _layers) + layer) * (_grid.Work + 1)) + done;

    void Advance(int time, int place, double[] sources)
    {
        var (costs, slot) = (_costs[place], time - 1);
        var (start, resume) = (time - _least, time - _least - _resumeSlots);
        var known = costs.IsKnown(slot);
        var mayWork = start >= 0;
        for (var at = start; mayWork && at < time; at++)
            mayWork = costs.IsKnown(at);
        var mayResume = mayWork && resume >= 0 && double.IsFinite(costs.Resume[resume]);
        for (var source = 0; source < sources.Length; source++)
            sources[source] = mayResume ? FindMove(place, source, resume) : double.PositiveInfinity;
        var (low, high) = (Math.Max(1, _grid.Work - (_grid.Count - time)), Math.Min(_grid.Work, time));
        for (var layer = 0; layer < _layers; layer++)
        {
            var from = _unlimited ? layer : layer - 1;
            for (var done = low; done <= high; done++)
            {
                var at = IndexOf(time, place, layer, done);
                var least = known ? _running[IndexOf(time - 1, place, layer, done - 1)] + costs.Cost(slot, done - 1)
                    : double.PositiveInfinity;
                var choice = Continue;
                if (mayWork && done >= _least)
                {
                    var segment = 0d;
                    for (var i = 0; i < _least; i++)
                        segment += costs.Cost(start + i, done - _least + i);
                    if (done == _least && layer == 0 && costs.Start[start] + segment < least)
                        (least, choice) = (costs.Start[start] + segment, Start);
                    for (var source = 0; mayResume && from >= 0 && done > _least && source < sources.Length; source++)
                    {
                        if (!double.IsFinite(sources[source]))
                            continue;
                        var left = resume - (source == place ? 0 : _moveSlots[place]);
                        var value = _paused[IndexOf(left, source, from, done - _least)] + sources[source] + costs.Resume[resume] + segment;
                        if (value < least)
                            (least, choice) = (value, FirstSource + source);
                    }
                }

                _running[at] = least;
                _choices[at] = (ushort)choice;
                _paused[at] = Math.Min(_paused[IndexOf(time - 1, place, layer, done)] + costs.Held[slot], least);
            }
        }
    }

    /// <summary>What a move for a resume at a slot costs, the pause at the place left included; 0 within a place, infinite if
    /// impossible.</summary>
    double FindMove(int place, int source, int resume)
    {
        if (source == place)
            return 0;
        var left = resume - _moveSlots[place];
        if (_moveSlots[place] < 0 || left < 0)
            return double.PositiveInfinity;
        var sum = _moves[place][resume];
        for (var at = left; at < resume; at++)
            sum += _costs[source].Held[at];
        return sum;
    }

    void Follow(int time, int place, int layer, List<SlotSegment> segments)
    {
        var (done, end) = (_grid.Work, time);
        while (true)
        {
            var choice = _choices[IndexOf(time, place, layer, done)];
            if (choice == Continue)
            {
                (time, done) = (time - 1, done - 1);
                continue;
            }

            (time, done) = (time - _least, done - _least);
            if (choice == Start)
            {
                segments.Add(new SlotSegment(time, end, _costs[place].Model.Index));
                break;
            }

            time -= _resumeSlots;
            segments.Add(new SlotSegment(time, end, _costs[place].Model.Index));
            var source = choice - FirstSource;
            if (source != place)
                time -= _moveSlots[place];
            place = source;
            if (!_unlimited)
                layer--;
            while (_paused[IndexOf(time, place, layer, done)] != _running[IndexOf(time, place, layer, done)])
                time--;
            end = time;
        }

        segments.Reverse();
    }
}
