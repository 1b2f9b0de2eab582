using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tonne.Planning;

/// <summary>The best slots at one place, with at most so many pauses, by dynamic programming.</summary>
/// <remarks>
/// After each slot, for each number of slots of work done d and of pauses l: R the least grams if the job runs, P if it is paused.
/// R(t+1, l, d) = min(R(t, l, d−1) + c(t, d−1), P(s, l−1, d−m) + resume(s) + the next m slots of work), with s = t + 1 − m − resume slots;
/// P(t+1, l, d) = min(P(t, l, d) + held(t), R(t+1, l, d)). Without a limit of pauses there is one layer. Only those d are visited from
/// which the job can still be finished. The choices are kept as bits, four to a byte, and followed backwards.
/// </remarks>
static class PauseSearch
{
    const int Lanes = 4;

    /// <summary>Finds the best segments.</summary>
    /// <param name="costs">Costs of the place.</param>
    /// <param name="grid">The slots.</param>
    /// <param name="layers">Pauses at most, plus one; 1 with <paramref name="unlimited"/>.</param>
    /// <param name="unlimited">Whether there is no limit of pauses.</param>
    /// <param name="resumeSlots">Slots of a resume.</param>
    /// <param name="minSlots">Slots of work in a segment at least, 1 or more.</param>
    /// <param name="segments">Receives the segments; null if only the cost is wanted.</param>
    /// <returns>Least grams; infinite if there is no plan.</returns>
    internal static double Solve(
        SlotCosts costs, SlotGrid grid, int layers, bool unlimited, int resumeSlots, int minSlots, List<SlotSegment>? segments)
    {
        var (count, work) = (grid.Count, grid.Work);
        var least = Math.Min(minSlots, work);
        if (work > count)
            return double.PositiveInfinity;
        // Rows begin with `least` entries of infinity, so that a row can be read that far before its first entry.
        var stride = least + work + 1 + (2 * Lanes);
        var history = least + resumeSlots + 1;
        var groups = (work + Lanes - 1) / Lanes;
        var (runSize, pausedSize, rowSize) = (2 * layers * stride, history * layers * stride, (least + 1) * stride);
        var values = ArrayPool<double>.Shared.Rent(runSize + pausedSize + rowSize);
        Array.Fill(values, double.PositiveInfinity, 0, runSize + pausedSize);
        Array.Clear(values, runSize + pausedSize, rowSize);
        var bitsSize = segments is null ? 0 : count * layers * groups;
        var bits = segments is null ? [] : ArrayPool<byte>.Shared.Rent(2 * bitsSize);
        try
        {
            ref var value = ref MemoryMarshal.GetArrayDataReference(values);
            var best = double.PositiveInfinity;
            var (bestTime, bestLayer) = (-1, -1);
            var sinceGap = 0;
            for (var slot = 0; slot < count; slot++)
            {
                var time = slot + 1;
                var (low, high) = (Math.Max(1, work - (count - time)), Math.Min(work, time));
                var (firstGroup, lastGroup) = ((low - 1) / Lanes, (high - 1) / Lanes);
                var (runOld, runNew) = ((slot & 1) * layers * stride, (time & 1) * layers * stride);
                var pausedOld = runSize + (slot % history * layers * stride);
                var pausedNew = runSize + (time % history * layers * stride);
                var rows = runSize + pausedSize;
                var known = costs.IsKnown(slot);
                sinceGap = known ? sinceGap + 1 : 0;
                var row = rows + (slot % least * stride) + least;
                var sums = rows + (least * stride) + least;
                if (known)
                    costs.Fill(slot, values.AsSpan(row, work));
                if (known && least > 1 && sinceGap >= least)
                    SumSegment(values, rows, stride, slot, least, work, sums, costs.IsConstant);
                var (start, resume) = (time - least, time - least - resumeSlots);
                var mayStart = sinceGap >= least && start >= 0 && double.IsFinite(costs.Start[start]);
                var mayResume = sinceGap >= least && resume >= 0 && double.IsFinite(costs.Resume[resume]);
                var resumeCost = Vector256.Create(mayResume ? costs.Resume[resume] : 0);
                var held = Vector256.Create(costs.Held[slot]);
                // The cost of the segment that ends with d done is at sums + d, that of the slot d − 1 at row + d − 1.
                var segment = least == 1 ? row - 1 : sums;
                for (var layer = 0; layer < layers; layer++)
                {
                    var old = runOld + (layer * stride) + least;
                    var now = runNew + (layer * stride) + least;
                    var source = mayResume && (unlimited || layer > 0)
                        ? runSize + (((resume % history * layers) + (unlimited ? layer : layer - 1)) * stride) : -1;
                    var runBits = (slot * layers * groups) + (layer * groups);
                    Run(ref value, bits.AsSpan(), (firstGroup, lastGroup), (old, now, row, source, segment, runBits), resumeCost, known);

                    if (layer == 0 && mayStart && least >= low && least <= high)
                    {
                        var fresh = costs.Start[start] + values[segment + least];
                        if (fresh < values[now + least])
                        {
                            values[now + least] = fresh;
                            if (segments is not null)
                                bits[runBits + ((least - 1) / Lanes)] |= (byte)(1 << ((least - 1) % Lanes));
                        }
                    }

                    var (pauseFrom, pauseTo) = (pausedOld + (layer * stride) + least, pausedNew + (layer * stride) + least);
                    Pause(ref value, bits.AsSpan(), (firstGroup, lastGroup), (pauseFrom, pauseTo, now, bitsSize + runBits), held);

                    var total = values[now + work];
                    if (high == work && total < best * (1 - 1e-12))
                        (best, bestTime, bestLayer) = (total, time, layer);
                }
            }

            if (segments is not null && bestTime >= 0)
                Follow(bits, bitsSize, groups, layers, unlimited, least, resumeSlots, work, bestTime, bestLayer, costs.Model.Index,
                    segments);
            return best;
        }
        finally
        {
            ArrayPool<double>.Shared.Return(values);
            if (segments is not null)
                ArrayPool<byte>.Shared.Return(bits);
        }
    }

    /// <summary>R of one layer: the work goes on, or a segment begun at a resume ends its least length.</summary>
    static void Run(
        ref double value, Span<byte> bits, (int First, int Last) groups, (int Old, int Now, int Row, int Source, int Segment, int Bits) at,
        Vector256<double> resumeCost, bool known)
    {
        unchecked
        {
            for (var group = groups.First; group <= groups.Last; group++)
            {
                var done = (group * Lanes) + 1;
                var next = known
                    ? Vector256.LoadUnsafe(ref value, (nuint)(at.Old + done - 1))
                        + Vector256.LoadUnsafe(ref value, (nuint)(at.Row + done - 1))
                    : Vector256.Create(double.PositiveInfinity);
                var choice = 0u;
                if (at.Source >= 0)
                {
                    var resumed = Vector256.LoadUnsafe(ref value, (nuint)(at.Source + done)) + resumeCost
                        + Vector256.LoadUnsafe(ref value, (nuint)(at.Segment + done));
                    choice = Vector256.LessThan(resumed, next).ExtractMostSignificantBits();
                    next = Vector256.ConditionalSelect(Vector256.LessThan(resumed, next), resumed, next);
                }

                next.StoreUnsafe(ref value, (nuint)(at.Now + done));
                if (!bits.IsEmpty)
                    bits[at.Bits + group] = (byte)choice;
            }
        }
    }

    /// <summary>P of one layer: the pause goes on, or begins.</summary>
    static void Pause(
        ref double value, Span<byte> bits, (int First, int Last) groups, (int From, int To, int Now, int Bits) at, Vector256<double> held)
    {
        unchecked
        {
            for (var group = groups.First; group <= groups.Last; group++)
            {
                var done = (group * Lanes) + 1;
                var stays = Vector256.LoadUnsafe(ref value, (nuint)(at.From + done)) + held;
                var stops = Vector256.LoadUnsafe(ref value, (nuint)(at.Now + done));
                var begins = Vector256.LessThanOrEqual(stops, stays);
                Vector256.ConditionalSelect(begins, stops, stays).StoreUnsafe(ref value, (nuint)(at.To + done));
                if (!bits.IsEmpty)
                    bits[at.Bits + group] = (byte)begins.ExtractMostSignificantBits();
            }
        }
    }

    /// <summary>Sums the costs of the last slots for each number of slots done at their end: one diagonal each.</summary>
    static void SumSegment(double[] values, int rows, int stride, int slot, int least, int work, int sums, bool constant)
    {
        if (constant)
        {
            var sum = 0d;
            for (var back = 0; back < least; back++)
                sum += values[rows + ((slot - back) % least * stride) + least];
            values.AsSpan(sums, work + 1).Fill(sum);
            return;
        }

        values.AsSpan(sums, work + 1).Clear();
        for (var back = 0; back < least; back++)
        {
            var row = rows + ((slot - back) % least * stride) + least;
            for (var done = back + 1; done <= work; done++)
                values[sums + done] += values[row + done - 1 - back];
        }
    }

    static void Follow(
        byte[] bits, int bitsSize, int groups, int layers, bool unlimited, int least, int resumeSlots, int work,
        int time, int layer, int place, List<SlotSegment> segments)
    {
        var (done, end) = (work, time);
        while (true)
        {
            var at = ((((time - 1) * layers) + layer) * groups) + ((done - 1) / Lanes);
            if ((bits[at] >> ((done - 1) % Lanes) & 1) == 0)
            {
                (time, done) = (time - 1, done - 1);
                continue;
            }

            done -= least;
            time -= least;
            if (done == 0)
            {
                segments.Add(new SlotSegment(time, end, place));
                break;
            }

            time -= resumeSlots;
            segments.Add(new SlotSegment(time, end, place));
            if (!unlimited)
                layer--;
            while (true)
            {
                at = bitsSize + ((((time - 1) * layers) + layer) * groups) + ((done - 1) / Lanes);
                if ((bits[at] >> ((done - 1) % Lanes) & 1) != 0)
                    break;
                time--;
            }

            end = time;
        }

        segments.Reverse();
    }
}
