using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public sealed class ProcessTreeTests : IDisposable
{
    const long Tick = 10_000_000;

    readonly TreeOnDisk _disk = new();
    readonly Dictionary<int, List<int>> _children = [];

    /// <summary>A process in the tree; times in ticks.</summary>
    void Put(int id, int parent, long own, long reaped = 0, long start = 100)
    {
        _disk.With($"proc/{id}/stat", $"{id} (w) S {parent} 1 1 0 -1 0 0 0 0 0 {own} 0 {reaped} 0 20 0 1 0 {start} 0 0\n");
        foreach (var siblings in _children.Values)
            siblings.Remove(id);
        (_children.TryGetValue(parent, out var list) ? list : _children[parent] = []).Add(id);
        _children.TryAdd(id, []);
        Write();
    }

    void Gone(int id)
    {
        _disk.Without($"proc/{id}");
        foreach (var siblings in _children.Values)
            siblings.Remove(id);
        _children.Remove(id);
        Write();
    }

    void Write()
    {
        foreach (var (id, children) in _children)
            _disk.With($"proc/{id}/task/{id}/children", string.Concat(children.Select(child => $"{child} ")));
    }

    ProcessTree Family(params int[] own)
    {
        _children.TryAdd(1, []);
        Write();
        return new ProcessTree(1, own.Contains, _disk.Tree);
    }

    [Fact]
    public void Living_descendants_are_found_to_any_depth_and_our_own_are_not_among_them()
    {
        Put(10, 1, 5);
        Put(11, 10, 7);
        Put(12, 11, 9);
        Put(20, 1, 1000);
        var family = Family(own: 20);

        family.Update(0);

        Assert.Equal([10, 11, 12], family.LiveIds);
        Assert.Equal((5 + 7 + 9) * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void A_child_that_ends_and_is_reaped_is_counted_once()
    {
        Put(10, 1, 5);
        Put(11, 10, 100);
        var family = Family();
        family.Update(0);

        // It used 3 more ticks before it ended; its parent's account of children has all 103.
        Gone(11);
        Put(10, 1, 6, reaped: 103);
        family.Update(0);

        Assert.Equal((6 + 103) * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void A_child_that_is_reaped_only_at_the_next_look_is_counted_once_too()
    {
        Put(10, 1, 5);
        Put(11, 10, 100);
        var family = Family();
        family.Update(0);
        Gone(11);
        family.Update(0);
        Put(10, 1, 5, reaped: 100);
        family.Update(0);

        Assert.Equal(105 * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void A_whole_branch_that_ends_is_counted_once_through_us()
    {
        Put(10, 1, 5);
        Put(11, 10, 100);
        Put(12, 11, 50);
        var family = Family();
        family.Update(0);
        Gone(12);
        Gone(11);
        Gone(10);

        family.Update(155 * Tick);

        Assert.Equal(155 * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void Children_too_short_to_be_seen_come_in_by_their_parents_account()
    {
        Put(10, 1, 5);
        var family = Family();
        family.Update(0);
        Put(10, 1, 5, reaped: 40);
        family.Update(0);

        Assert.Equal(45 * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void What_a_parent_that_ignores_its_children_loses_is_kept_as_far_as_it_was_seen()
    {
        Put(10, 1, 5);
        Put(11, 10, 100);
        var family = Family();
        family.Update(0);
        Gone(11);
        Put(10, 1, 8);
        family.Update(0);

        Assert.Equal(108 * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void A_process_id_used_again_is_another_process()
    {
        Put(10, 1, 100, start: 100);
        var family = Family();
        family.Update(0);
        Put(10, 1, 3, start: 999);
        family.Update(100 * Tick);

        Assert.Equal(103 * Tick, family.CpuNanoseconds);
    }

    [Fact]
    public void A_glance_reads_the_known_and_finds_nobody_new()
    {
        Put(10, 1, 5);
        var family = Family();
        family.Update(0);
        Put(10, 1, 9);
        Put(11, 10, 50);
        family.Update(0, findNew: false);
        var glanced = family.CpuNanoseconds;
        family.Update(0);

        Assert.Equal((9 * Tick, 59 * Tick), (glanced, family.CpuNanoseconds));
    }

    [Fact]
    public void A_kernel_without_lists_of_children_is_searched_by_parents()
    {
        Put(10, 1, 5);
        Put(11, 10, 7);
        Put(30, 2, 1000);
        var family = Family();
        foreach (var id in new[] { 1, 10, 11, 30 })
            _disk.Without($"proc/{id}/task");

        family.Update(0);

        Assert.Equal(12 * Tick, family.CpuNanoseconds);
        Assert.Equal([10, 11], family.LiveIds);
    }

    [Fact]
    public void The_time_never_falls_whatever_the_files_say()
    {
        var random = new Random(7);
        var family = Family();
        long last = 0;
        for (var i = 0; i < 120; i++)
        {
            var id = random.Next(10, 15);
            if (random.Next(4) == 0 && _children.ContainsKey(id))
                Gone(id);
            else
                Put(id, _children.Keys.Where(parent => parent != id).ElementAt(random.Next(_children.Keys.Count(parent => parent != id))), random.Next(1000), random.Next(1000), random.Next(2));

            family.Update(random.Next(1000) * Tick);

            Assert.True(family.CpuNanoseconds >= last);
            last = family.CpuNanoseconds;
        }
    }

    [Fact]
    public void Memory_is_the_sum_of_resident_pages_and_is_asked_rarely_after_the_start()
    {
        _disk.With("proc/10/statm", "1000 200 50 1 0 100 0\n").With("proc/11/statm", "9 3 1 1 0 1 0\n").With("proc/12/statm", "garbage");
        var asked = 0;
        IEnumerable<int> Processes()
        {
            asked++;
            return [10, 11, 12, 13];
        }

        var meter = new JobMemoryMeter(Processes, _disk.Tree);
        for (long second = 0; second < 60; second++)
            Assert.Equal(203 * Environment.SystemPageSize, meter.Read(second * 1_000_000_000).Value);

        // Three at the start, then one in ten samples: (60 − 3) ÷ 10; and for the proportional sizes once every 20 s.
        Assert.InRange(asked, 10, 12);
    }

    public void Dispose() => _disk.Dispose();
}
