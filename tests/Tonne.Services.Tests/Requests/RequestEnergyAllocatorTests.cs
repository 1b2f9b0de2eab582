using Tonne.Estimation.LanguageModels;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Services.Requests;

namespace Tonne.Services.Tests.Requests;

public class RequestEnergyAllocatorTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    // A dense model of 7e9 parameters at 16 bits: a step reads 14e9 bytes. One operation per byte makes an operation weigh as a byte.
    static readonly ServedModelWork _dense = new() { Parameters = 7e9, ActiveParameters = 7e9, OperationsPerByte = 1 };

    [Fact]
    public void Requests_and_idle_are_the_counter_to_the_microjoule_in_1000_random_schedules()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var schedule = RandomSchedule.Create(seed);

            var (requests, windows, totals) = schedule.Run();

            Assert.Equal(schedule.CountedMicrojoules, windows.Sum(window => window.Counter.Value));
            Assert.All(windows, window => Assert.InRange(window.Requests.Value, 0, window.Counter.Value));
            Assert.Equal(
                schedule.CountedMicrojoules, requests.Sum(request => request.Total.Value) + windows.Sum(window => window.Idle.Value));
            Assert.Equal(totals.Counter.Value, schedule.CountedMicrojoules);
            Assert.Equal(totals.Requests.Value, requests.Sum(request => request.Total.Value));
            Assert.Equal(schedule.Requests, requests.Length);
            Assert.Equal(0, totals.Open.Value);
            Assert.All(requests, request => Assert.True(request.Work.Value >= 0 && request.Idle.Value >= 0 && request.Waiting.Value >= 0));
        }
    }

    [Fact]
    public void Two_requests_of_equal_work_that_overlap_by_half_have_equal_energy()
    {
        // A runs 0–20 s, B 10–30 s; 100 W idle, 300 W in all: 9,000 J, of which 3,000 J idle. Each has 200 steps in 20 s.
        var allocator = Create(_dense, idleWatts: 100);
        allocator.Complete(Request("a", 0, 0, 0, 20, prompt: 0, output: 201));
        allocator.Complete(Request("b", 10, 10, 10, 30, prompt: 0, output: 201));

        var result = Finish(allocator, seconds: 30, _ => 300);

        // Idle: 10 s alone and 10 s shared by two: 1,000 + 500 J. Work of each 3,000 J by symmetry.
        Assert.All(result.Requests, request => AssertNear(3_000, request.Work));
        Assert.All(result.Requests, request => AssertNear(1_500, request.Idle));
    }

    [Fact]
    public void Idle_energy_that_is_known_takes_the_place_of_the_idle_power()
    {
        // The request is there in the second half: of 40 J idle energy it has 20 J, and all of the 60 J of work. 1,000 W idle are not used.
        var allocator = Create(_dense, idleWatts: 1_000);
        allocator.Complete(Request("a", 5, 5, 5, 10, prompt: 0, output: 201));

        Assert.True(allocator.AddInterval(_start, _start.AddSeconds(10), Microjoules.FromJoules(100), Microjoules.FromJoules(40)));
        Assert.False(allocator.AddInterval(_start.AddSeconds(10), _start.AddSeconds(20), Microjoules.FromJoules(100), new Microjoules(-1)));
        var request = Assert.Single(allocator.Finish().Requests);

        AssertNear(60, request.Work);
        AssertNear(20, request.Idle);
        AssertNear(20, allocator.Totals.Idle);
    }

    [Fact]
    public void A_request_with_twice_the_tokens_has_twice_the_work()
    {
        var allocator = Create(_dense, idleWatts: 50);
        allocator.Complete(Request("one", 0, 0, 0, 60, prompt: 0, output: 1_001));
        allocator.Complete(Request("two", 0, 0, 0, 60, prompt: 0, output: 2_001));

        var result = Finish(allocator, seconds: 60, _ => 350);

        // 60 s × 300 W = 18,000 J above idle: 6,000 and 12,000. Idle 3,000 J: half each.
        AssertNear(6_000, Find(result, "one").Work);
        AssertNear(12_000, Find(result, "two").Work);
        Assert.All(result.Requests, request => AssertNear(1_500, request.Idle));
    }

    [Fact]
    public void Prefill_is_weighed_by_its_operations_and_decoding_by_bytes_read()
    {
        // Prompt of 999 tokens: 999 × 2 × 7e9 operations at one operation per byte = 13,986e9, and one step of weights shared by two: 7e9.
        // Answer of 1,000 tokens after the first: 1,000 × (14e9 operations + 14e9 ÷ 2 bytes) = 21,000e9; its empty prompt has length 0 and
        // a step shared by two, 7e9. In all 35,000e9.
        var allocator = Create(_dense, idleWatts: 0);
        allocator.Complete(Request("prefill", 0, 0, 10, 10, prompt: 999, output: 1));
        allocator.Complete(Request("decode", 0, 0, 0, 10, prompt: 0, output: 1_001));

        var result = Finish(allocator, seconds: 10, _ => 700);

        AssertNear(7_000 * (13_986d + 7) / 35_000, Find(result, "prefill").Work);
        AssertNear(7_000 * (21_000d + 7) / 35_000, Find(result, "decode").Work);
    }

    [Fact]
    public void Cached_tokens_have_no_operations()
    {
        var allocator = Create(_dense, idleWatts: 0);
        allocator.Complete(Request("computed", 0, 0, 10, 10, prompt: 10_000, output: 1));
        allocator.Complete(Request("cached", 0, 0, 10, 10, prompt: 10_000, output: 1) with { CachedTokens = 9_000 });

        var result = Finish(allocator, seconds: 10, _ => 110);

        // 10,000 to 1,000 tokens, the step of weights being 0.05 % of the larger.
        AssertNear(1_000, Find(result, "computed").Work);
        AssertNear(100, Find(result, "cached").Work);
    }

    [Fact]
    public void The_attention_cache_is_read_for_every_token_before()
    {
        // Without operations worth mention and with weights of 1 byte: 100 tokens after a prompt of 1,000 read 1,001 … 1,100 tokens each,
        // 105,000 in all by the integral (1,001 × 100 + 100² ÷ 2 = 105,100); after a prompt of 0, 100 + 5,000 = 5,100. The prompt itself
        // is read once: 1,000.
        var work = new ServedModelWork
        {
            Parameters = 1, ActiveParameters = 1, BytesPerParameter = 1e-9, OperationsPerByte = 1e12, KvCacheBytesPerToken = 1,
        };
        var allocator = Create(work, idleWatts: 0);
        allocator.Complete(Request("long", 0, 0, 0, 10, prompt: 1_000, output: 101));
        allocator.Complete(Request("short", 0, 0, 0, 10, prompt: 0, output: 101));

        var result = Finish(allocator, seconds: 10, _ => 100);

        AssertNear(1_000 * 106_100d / 111_200, Find(result, "long").Work);
        AssertNear(1_000 * 5_100d / 111_200, Find(result, "short").Work, tolerance: 0.05);
    }

    [Fact]
    public void Idle_energy_is_by_time_and_waiting_is_apart()
    {
        // Idle 100 W over 40 s. A 0–10 s; B waits 5–10 s and is computed 10–20 s; nobody 20–40 s.
        // A: 5 s alone, 5 s shared: 500 + 250. B: waiting 250, then 1,000. Nobody 2,000.
        var allocator = Create(_dense, idleWatts: 100);
        allocator.Complete(Request("a", 0, 0, 0, 10, prompt: 0, output: 11));
        allocator.Complete(Request("b", 5, 10, 10, 20, prompt: 0, output: 11));

        var result = Finish(allocator, seconds: 40, _ => 100);

        AssertNear(750, Find(result, "a").Idle);
        AssertNear(0, Find(result, "a").Waiting);
        AssertNear(1_000, Find(result, "b").Idle);
        AssertNear(250, Find(result, "b").Waiting);
        AssertNear(0, Find(result, "b").Work);
        Assert.Equal(2_000, result.Windows.Sum(window => window.Idle.Value) / 1e6, 1e-6);
    }

    [Fact]
    public void An_unknown_architecture_weighs_a_token_of_an_answer_as_1_plus_295_per_batch_tokens_of_a_prompt()
    {
        var allocator = Create(work: null, idleWatts: 0);
        allocator.Complete(Request("prompt", 0, 0, 10, 10, prompt: 29_600, output: 1));
        allocator.Complete(Request("answer", 0, 0, 0, 10, prompt: 0, output: 201));

        var result = Finish(allocator, seconds: 10, _ => 100);

        // 29,600 tokens against 200 × (1 + 295 ÷ 2) = 29,700; a step of weights more on each side, 147.5.
        Assert.All(result.Requests, request => Assert.True(request.IsByTokens));
        AssertNear(1_000 * (29_600 + 147.5) / (59_300 + 295), Find(result, "prompt").Work);
    }

    [Fact]
    public void Overlapping_requests_without_answers_to_an_unknown_model_have_energy_in_proportion_to_their_tokens()
    {
        // Embeddings: 1 : 2 : 4 tokens of 896 J. The reading of weights, of an assumed size, would make them equal to a third.
        var allocator = Create(work: null, idleWatts: 0);
        allocator.Complete(Request("one", 0, 0, 10, 10, prompt: 128, output: 0));
        allocator.Complete(Request("two", 0, 0, 10, 10, prompt: 256, output: 0));
        allocator.Complete(Request("four", 0, 0, 10, 10, prompt: 512, output: 0));

        var result = Finish(allocator, seconds: 10, _ => 89.6);

        AssertNear(128, Find(result, "one").Work);
        AssertNear(256, Find(result, "two").Work);
        AssertNear(512, Find(result, "four").Work);
    }

    [Fact]
    public void The_weights_of_a_known_model_are_read_for_a_request_without_an_answer_too()
    {
        // Each has 14e9 bytes of operations for a token, and half of one reading of 14e9 bytes: 1.5 to 3.5.
        var allocator = Create(_dense, idleWatts: 0);
        allocator.Complete(Request("one", 0, 0, 10, 10, prompt: 1, output: 0));
        allocator.Complete(Request("three", 0, 0, 10, 10, prompt: 3, output: 0));

        var result = Finish(allocator, seconds: 10, _ => 50);

        AssertNear(150, Find(result, "one").Work);
        AssertNear(350, Find(result, "three").Work);
    }

    [Fact]
    public void A_request_without_tokens_has_idle_energy_only()
    {
        var allocator = Create(_dense, idleWatts: 100);
        allocator.Complete(Request("refused", 0, 0, 0, 10, prompt: 0, output: 0));

        var result = Finish(allocator, seconds: 10, _ => 300);

        Assert.Equal((0, 1_000_000_000), (result.Requests[0].Work.Value, result.Requests[0].Idle.Value));
        Assert.Equal(2_000_000_000, result.Windows.Sum(window => window.Unattributed.Value));
    }

    [Fact]
    public void The_work_of_a_known_model_follows_from_its_architecture_and_the_data_sheet()
    {
        // Llama 3.1 8B: 32 layers × 2 × 8 key-value heads × 128 × 2 bytes = 131,072 bytes a token (its config.json).
        var model = LanguageModelCatalog.Find("Llama 3.1 8B").ValueOrThrow;
        var sheet = AcceleratorDatasheet.Find(AcceleratorCatalog.Find("NVIDIA A100 SXM4 80 GB").ValueOrThrow);

        var work = ServedModelWork.FromModel(model, WeightFormat.Find("fp8").ValueOrThrow, sheet);

        Assert.Equal((131_072, 1, false), (work.KvCacheBytesPerToken, work.BytesPerParameter, work.IsAssumed));
        Assert.Equal(8.03e9, work.GetWeightBytes(1), 0.01e9);
        // NVIDIA A100 data sheet: 312 TFLOP/s at 16 bits, 2,039 GB/s.
        Assert.Equal(312_000d / 2_039, work.OperationsPerByte, 0.5);
    }

    [Fact]
    public void Energy_above_idle_without_a_request_is_idle_and_named()
    {
        var allocator = Create(_dense, idleWatts: 100);

        var result = Finish(allocator, seconds: 10, _ => 300);

        Assert.Equal(3_000_000_000, result.Windows.Sum(window => window.Idle.Value));
        Assert.Equal(2_000_000_000, result.Windows.Sum(window => window.Unattributed.Value));
    }

    [Fact]
    public void A_counter_that_begins_anew_leaves_a_gap_and_goes_on()
    {
        var allocator = Create(_dense, idleWatts: 0);
        allocator.Complete(Request("a", 0, 0, 0, 4, prompt: 0, output: 101));

        allocator.AddReading(_start, 1_000);
        allocator.AddReading(_start.AddSeconds(1), 1_100);
        allocator.AddReading(_start.AddSeconds(2), 7);
        allocator.AddReading(_start.AddSeconds(3), 107);
        allocator.AddReading(_start.AddSeconds(4), 207);
        var result = allocator.Finish();

        var gap = Assert.Single(result.Gaps);
        Assert.Equal((_start.AddSeconds(1), _start.AddSeconds(2), false), (gap.From, gap.To, gap.IsCounted));
        Assert.Contains("1093 J", gap.Reason, StringComparison.Ordinal);
        var request = Assert.Single(result.Requests);
        Assert.Equal(300_000_000, request.Total.Value);
        Assert.Equal(TimeSpan.FromSeconds(1), request.MissingTime);
        Assert.NotNull(request.Reason);
    }

    [Fact]
    public void Repeated_and_late_readings_and_those_that_are_no_number_are_ignored()
    {
        var allocator = Create(_dense, idleWatts: 0);
        Assert.True(allocator.AddReading(_start, 10));
        Assert.True(allocator.AddReading(_start.AddSeconds(2), 30));
        Assert.False(allocator.AddReading(_start.AddSeconds(2), 30));
        Assert.False(allocator.AddReading(_start.AddSeconds(1), 20));
        Assert.False(allocator.AddReading(_start.AddSeconds(3), double.NaN));
        Assert.False(allocator.AddReading(_start.AddSeconds(3), -1));
        Assert.True(allocator.AddReading(_start.AddSeconds(4), 50));

        var result = allocator.Finish();

        Assert.Equal(40_000_000, result.Windows.Sum(window => window.Counter.Value));
        Assert.Equal(4, allocator.Totals.IgnoredReadings);
        Assert.Empty(result.Gaps);
    }

    [Fact]
    public void A_time_without_readings_is_divided_as_a_whole_and_said()
    {
        var allocator = Create(_dense, idleWatts: 10);
        allocator.Complete(Request("a", 60, 60, 60, 120, prompt: 0, output: 101));
        allocator.AddReading(_start, 0);
        allocator.AddReading(_start.AddSeconds(1), 10);
        allocator.AddReading(_start.AddSeconds(601), 9_010);

        var result = allocator.Finish();

        Assert.True(Assert.Single(result.Gaps).IsCounted);
        // 9,000 J in 600 s: idle 6,000 J, of which 60 s are the request's; 3,000 J are all its work.
        AssertNear(3_000, result.Requests[0].Work);
        AssertNear(600, result.Requests[0].Idle);
        Assert.Equal(9_010_000_000, allocator.Totals.Counter.Value);
    }

    [Fact]
    public void A_rise_above_what_the_device_can_use_is_a_gap()
    {
        var allocator = new RequestEnergyAllocator(new RequestEnergyOptions { IdleWatts = 10, CeilingWatts = 1_000 });
        allocator.AddReading(_start, 0);
        allocator.AddReading(_start.AddSeconds(1), 500);
        allocator.AddReading(_start.AddSeconds(2), 90_000);
        allocator.AddReading(_start.AddSeconds(3), 90_100);

        var result = allocator.Finish();

        Assert.False(Assert.Single(result.Gaps).IsCounted);
        Assert.Equal(600_000_000, allocator.Totals.Counter.Value);
    }

    [Fact]
    public void Close_readings_make_one_window_and_no_energy_is_lost()
    {
        var allocator = Create(_dense, idleWatts: 0);
        for (var i = 0; i <= 250; i++)
            allocator.AddReading(_start.AddMilliseconds(10 * i), i);

        var result = allocator.Finish();

        Assert.Equal([100, 100, 50], result.Windows.Select(window => window.Counter.Value / 1e6));
    }

    [Fact]
    public void A_window_waits_for_a_request_that_runs()
    {
        var allocator = Create(_dense, idleWatts: 0);
        allocator.Begin("a", "m", _start);
        for (var second = 0; second <= 120; second++)
            allocator.AddReading(_start.AddSeconds(second), 100 * second);

        Assert.Empty(allocator.Settle().Windows);
        allocator.Complete(Request("a", 0, 0, 0, 100, prompt: 0, output: 101));
        for (var second = 121; second <= 200; second++)
            allocator.AddReading(_start.AddSeconds(second), 12_000);
        var result = allocator.Settle();

        AssertNear(10_000, Assert.Single(result.Requests).Work);
        Assert.Null(result.Requests[0].Reason);
    }

    [Fact]
    public void A_request_that_runs_too_long_or_comes_too_late_says_so_and_the_sum_holds()
    {
        var allocator = new RequestEnergyAllocator(new RequestEnergyOptions
        {
            IdleWatts = 50, Lateness = TimeSpan.FromSeconds(5), LongestRequest = TimeSpan.FromSeconds(60), FindWork = _ => _dense,
        });
        allocator.Begin("long", "m", _start);
        var (requests, idle) = (new List<RequestEnergy>(), 0L);
        for (var second = 0; second <= 300; second++)
        {
            allocator.AddReading(_start.AddSeconds(second), 100 * second);
            if (second == 200)
                allocator.Complete(Request("long", 0, 0, 0, 200, prompt: 0, output: 101));
            if (second == 250)
                allocator.Complete(Request("late", 10, 10, 10, 20, prompt: 0, output: 101));
            Take(allocator.Settle());
        }

        Take(allocator.Finish());

        Assert.Equal(30_000_000_000, idle + requests.Sum(request => request.Total.Value));
        Assert.Contains("so long", requests.Single(request => request.Request.Id == "long").Reason, StringComparison.Ordinal);
        var late = requests.Single(request => request.Request.Id == "late");
        Assert.Contains("had been divided", late.Reason, StringComparison.Ordinal);
        Assert.Equal((0, TimeSpan.FromSeconds(10)), (late.Total.Value, late.MissingTime));

        void Take(RequestAllocation allocation)
        {
            requests.AddRange(allocation.Requests);
            idle += allocation.Windows.Sum(window => window.Idle.Value);
        }
    }

    [Fact]
    public void Four_weeks_of_requests_are_held_a_minute_at_a_time()
    {
        // A reading each 10 s and two requests in each: 4 weeks are 241,920 readings.
        var allocator = new RequestEnergyAllocator(new RequestEnergyOptions { IdleWatts = 70, Step = TimeSpan.FromSeconds(10) });
        var (most, given, idle) = (0, 0L, 0L);
        const int Readings = 4 * 7 * 24 * 360;
        for (var i = 0; i <= Readings; i++)
        {
            allocator.AddReading(_start.AddSeconds(10 * i), 1_500d * i);
            allocator.Complete(Request("a", 10 * i, (10 * i) + 1, (10 * i) + 2, (10 * i) + 9, prompt: 500, output: 100));
            allocator.Complete(Request("b", (10 * i) + 3, (10 * i) + 3, (10 * i) + 5, (10 * i) + 17, prompt: 900, output: 300));
            var settled = allocator.Settle();
            given += settled.Requests.Sum(request => request.Total.Value);
            idle += settled.Windows.Sum(window => window.Idle.Value);
            most = Math.Max(most, allocator.Held);
        }

        var end = allocator.Finish();

        Assert.InRange(most, 1, 20);
        Assert.Equal(
            Readings * 1_500_000_000L,
            given + idle + end.Requests.Sum(request => request.Total.Value) + end.Windows.Sum(window => window.Idle.Value));
    }

    [Fact]
    public void Requests_of_which_nothing_more_is_heard_leave_with_a_reason()
    {
        var allocator = new RequestEnergyAllocator(new RequestEnergyOptions
        {
            IdleWatts = 100, Lateness = TimeSpan.FromSeconds(1), LongestRequest = TimeSpan.FromSeconds(10),
        });
        var (lost, sum) = (new List<RequestEnergy>(), 0L);
        for (var second = 0; second <= 300; second++)
        {
            allocator.AddReading(_start.AddSeconds(second), 100 * second);
            allocator.Begin($"r{second}", "m", _start.AddSeconds(second));
            Take(allocator.Settle());
            // 41 requests that are waited for, 11 that wait for their windows, and 11 windows.
            Assert.InRange(allocator.Held, 0, 65);
        }

        Take(allocator.Finish());

        Assert.Equal((301, 30_000_000_000, 0), (lost.Count, sum, allocator.Held));
        Assert.All(lost, request => Assert.Contains("not reported", request.Reason, StringComparison.Ordinal));

        void Take(RequestAllocation allocation)
        {
            lost.AddRange(allocation.Requests);
            sum += allocation.Requests.Sum(request => request.Total.Value) + allocation.Windows.Sum(window => window.Idle.Value);
        }
    }

    [Fact]
    public void Too_many_requests_are_refused_and_counted_where_there_are_no_readings()
    {
        var allocator = new RequestEnergyAllocator(new RequestEnergyOptions { IdleWatts = 0, Capacity = 10 });
        for (var i = 0; i < 15; i++)
            allocator.Complete(Request($"r{i}", i, i, i, i + 1, prompt: 1, output: 1));

        Assert.Equal((10, 5L), (allocator.Held, allocator.Totals.RefusedRequests));
    }

    [Fact]
    public void Times_that_contradict_each_other_are_put_in_order()
    {
        var allocator = Create(_dense, idleWatts: 0);
        Assert.False(allocator.Complete(Request("backwards", 5, 5, 5, 4, prompt: 1, output: 1)));
        Assert.True(allocator.Complete(Request("odd", 2, 1, 9, 5, prompt: 10, output: 10)));
        Assert.True(allocator.Complete(Request("instant", 7, 7, 7, 7, prompt: 10, output: 10)));

        var result = Finish(allocator, seconds: 10, _ => 100);

        Assert.Equal(2, result.Requests.Length);
        Assert.All(result.Requests, request => Assert.True(request.Work.Value > 0));
        Assert.Equal(1_000_000_000, result.Requests.Sum(r => r.Total.Value) + result.Windows.Sum(window => window.Idle.Value));
    }

    [Fact]
    public void Intervals_of_energy_are_divided_like_readings()
    {
        var allocator = Create(_dense, idleWatts: 10);
        allocator.Complete(Request("a", 0, 0, 0, 10, prompt: 0, output: 101));

        Assert.True(allocator.AddInterval(_start, _start.AddSeconds(10), Microjoules.FromJoules(1_000)));
        Assert.False(allocator.AddInterval(_start.AddSeconds(5), _start.AddSeconds(15), Microjoules.FromJoules(1)));
        Assert.True(allocator.AddInterval(_start.AddSeconds(20), _start.AddSeconds(30), Microjoules.FromJoules(100)));
        var result = allocator.Finish();

        Assert.Equal((900_000_000, 100_000_000), (result.Requests[0].Work.Value, result.Requests[0].Idle.Value));
        Assert.Equal((_start.AddSeconds(10), _start.AddSeconds(20)), (result.Gaps[0].From, result.Gaps[0].To));
        Assert.Equal(100_000_000, result.Windows.Sum(window => window.Idle.Value));
    }

    [Theory]
    [InlineData(1, 14e9)]
    [InlineData(8, 14e9)]
    public void A_dense_model_reads_all_its_weights_for_any_batch(int batch, double bytes) =>
        Assert.Equal(bytes, _dense.GetWeightBytes(batch), 1);

    [Fact]
    public void A_mixture_reads_more_experts_for_a_larger_batch()
    {
        // 8 experts, 2 chosen: one token reads a quarter, two tokens 1 − 0.75² = 7/16. Experts beyond the active parameters: 34e9 of 47e9.
        var mixtral = new ServedModelWork { Parameters = 47e9, ActiveParameters = 13e9, ExpertShare = 0.25 };

        Assert.Equal(26e9, mixtral.GetWeightBytes(1), 1);
        Assert.Equal(26e9 + (68e9 * ((7d / 16) - 0.25) / 0.75), mixtral.GetWeightBytes(2), 1);
        Assert.Equal(94e9, mixtral.GetWeightBytes(200), 1e4);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void An_idle_power_that_cannot_be_is_refused(double watts) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequestEnergyAllocator(new RequestEnergyOptions { IdleWatts = watts }));

    static RequestEnergyAllocator Create(ServedModelWork? work, double idleWatts) =>
        new(new RequestEnergyOptions { IdleWatts = idleWatts, FindWork = _ => work });

    static ServedRequest Request(string id, double arrival, double start, double first, double end, long prompt, long output) => new()
    {
        Id = id, Model = "m", Arrival = _start.AddSeconds(arrival), Start = _start.AddSeconds(start), FirstToken = _start.AddSeconds(first),
        End = _start.AddSeconds(end), PromptTokens = prompt, OutputTokens = output,
    };

    static RequestAllocation Finish(RequestEnergyAllocator allocator, int seconds, Func<int, double> watts)
    {
        var joules = 12_345d;
        allocator.AddReading(_start, joules);
        for (var second = 1; second <= seconds; second++)
        {
            joules += watts(second);
            allocator.AddReading(_start.AddSeconds(second), joules);
        }

        return allocator.Finish();
    }

    static RequestEnergy Find(RequestAllocation result, string id) => result.Requests.Single(request => request.Request.Id == id);

    static void AssertNear(double joules, Microjoules energy, double tolerance = 0.02) =>
        Assert.InRange(energy.Value / 1e6, joules - (joules * tolerance), (joules * (1 + tolerance)) + 1e-6);
}
