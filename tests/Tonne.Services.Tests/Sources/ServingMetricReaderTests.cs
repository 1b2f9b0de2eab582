using Tonne.Instruments.MetricPages;
using Tonne.Services.Sources;

namespace Tonne.Services.Tests.Sources;

public class ServingMetricReaderTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    // Names, labels and types as in vllm/v1/metrics/loggers.py, commit 005a810b.
    const string Vllm = """
        # HELP vllm:num_requests_running Number of requests in model execution batches.
        # TYPE vllm:num_requests_running gauge
        vllm:num_requests_running{engine="0",model_name="m"} RUNNING
        # TYPE vllm:num_requests_waiting gauge
        vllm:num_requests_waiting{engine="0",model_name="m"} 4.0
        # TYPE vllm:prefix_cache_queries_total counter
        vllm:prefix_cache_queries_total{engine="0",model_name="m"} 900.0
        # TYPE vllm:prefix_cache_hits_total counter
        vllm:prefix_cache_hits_total{engine="0",model_name="m"} CACHED
        # TYPE vllm:prompt_tokens_total counter
        vllm:prompt_tokens_total{engine="0",model_name="m"} PROMPT
        vllm:prompt_tokens_created{engine="0",model_name="m"} 1.7e+09
        # TYPE vllm:generation_tokens_total counter
        vllm:generation_tokens_total{engine="0",model_name="m"} OUTPUT
        # TYPE vllm:request_success_total counter
        vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} STOPPED
        vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} 2.0
        # TYPE vllm:e2e_request_latency_seconds histogram
        vllm:e2e_request_latency_seconds_bucket{engine="0",le="0.3",model_name="m"} 0.0
        vllm:e2e_request_latency_seconds_bucket{engine="0",le="+Inf",model_name="m"} STOPPED
        vllm:e2e_request_latency_seconds_count{engine="0",model_name="m"} STOPPED
        vllm:e2e_request_latency_seconds_sum{engine="0",model_name="m"} SECONDS
        process_start_time_seconds BORN

        """;

    [Fact]
    public void Two_pages_of_vLLM_give_their_difference()
    {
        var reader = new ServingMetricReader();

        var first = reader.Read(Page(Vllm, prompt: 1_000, cached: 100, output: 500, stopped: 10, running: 2, seconds: 40), _start);
        var second = reader.Read(Page(Vllm, prompt: 1_900, cached: 400, output: 700, stopped: 15, running: 6, seconds: 50),
            _start.AddSeconds(15));

        Assert.Empty(first.Deltas);
        Assert.Contains("first page", first.Reason, StringComparison.Ordinal);
        var delta = Assert.Single(second.Deltas);
        Assert.Equal(("vLLM", "m", _start, _start.AddSeconds(15)), (delta.Server, delta.Model, delta.From, delta.To));
        Assert.Equal((900, 300, 200, 5), (delta.PromptTokens, delta.CachedTokens, delta.OutputTokens, delta.Requests));
        Assert.Equal((4, 4, 2), (delta.MeanRunning, delta.MeanWaiting, delta.MeanRequestSeconds));
        Assert.Equal(
            [ServingQuantity.FirstTokenSeconds, ServingQuantity.QueueSeconds], delta.Missing.Select(missing => missing.Quantity).Order());
        Assert.Contains("vllm:time_to_first_token_seconds",
            delta.Missing.First(m => m.Quantity == ServingQuantity.FirstTokenSeconds).Reason,
            StringComparison.Ordinal);
        Assert.False(delta.IsRestarted);
    }

    [Fact]
    public void A_counter_that_began_anew_counts_from_zero_and_says_so()
    {
        var reader = new ServingMetricReader();
        reader.Read(Page(Vllm, prompt: 1_000, output: 500), _start);

        var delta = reader.Read(Page(Vllm, prompt: 80, output: 20), _start.AddSeconds(15)).Deltas[0];

        Assert.Equal((80, 20, true), (delta.PromptTokens, delta.OutputTokens, delta.IsRestarted));
    }

    [Fact]
    public void A_restart_is_known_by_the_start_of_the_process_too()
    {
        var reader = new ServingMetricReader();
        reader.Read(Page(Vllm, prompt: 100, output: 50, born: 1_000), _start);

        var delta = reader.Read(Page(Vllm, prompt: 300, output: 60, born: 2_000), _start.AddSeconds(15)).Deltas[0];

        Assert.Equal((300, 60, true), (delta.PromptTokens, delta.OutputTokens, delta.IsRestarted));
    }

    [Fact]
    public void A_metric_under_a_new_name_goes_on()
    {
        // vLLM 0.9 renamed the hits of the prefix cache.
        var reader = new ServingMetricReader();
        reader.Read(Page(Vllm.Replace("vllm:prefix_cache_hits", "vllm:gpu_prefix_cache_hits", StringComparison.Ordinal), cached: 100),
            _start);

        var delta = reader.Read(Page(Vllm, prompt: 2_000, cached: 150), _start.AddSeconds(15)).Deltas[0];

        Assert.Equal(50, delta.CachedTokens);
    }

    [Fact]
    public void Cached_tokens_that_are_counted_before_their_prompt_come_with_it()
    {
        var reader = new ServingMetricReader();
        reader.Read(Page(Vllm, prompt: 0, cached: 0), _start);

        var early = reader.Read(Page(Vllm, prompt: 100, cached: 160), _start.AddSeconds(15)).Deltas[0];
        var late = reader.Read(Page(Vllm, prompt: 300, cached: 170), _start.AddSeconds(30)).Deltas[0];

        Assert.Equal((100, 70), (early.CachedTokens, late.CachedTokens));
    }

    [Fact]
    public void Names_as_collectors_change_them_are_recognised()
    {
        var changed = Vllm.Replace("vllm:", "ray_vllm_", StringComparison.Ordinal);
        var reader = new ServingMetricReader();
        reader.Read(Page(changed, output: 5), _start);

        var reading = reader.Read(Page(changed, output: 9), _start.AddSeconds(1));

        Assert.Equal(("vLLM", 4), (reading.Server, reading.Deltas[0].OutputTokens));
    }

    [Fact]
    public void Version_0_of_vLLM_has_no_cached_tokens_and_says_so()
    {
        // Names as in vllm/engine/metrics.py, commit 00c33e81.
        const string Old = """
            vllm:num_requests_running{model_name="m"} 1.0
            vllm:num_requests_swapped{model_name="m"} 0.0
            vllm:prompt_tokens_total{model_name="m"} PROMPT
            vllm:generation_tokens_total{model_name="m"} OUTPUT
            vllm:time_to_first_token_seconds_count{model_name="m"} STOPPED
            vllm:time_to_first_token_seconds_sum{model_name="m"} SECONDS
            vllm:gpu_prefix_cache_hit_rate{model_name="m"} 0.5

            """;
        var reader = new ServingMetricReader();
        reader.Read(Page(Old), _start);

        var delta = reader.Read(Page(Old, prompt: 10, output: 20, stopped: 4, seconds: 6), _start.AddSeconds(1)).Deltas[0];

        Assert.Equal((10, null, 20, null, 1.5), (delta.PromptTokens, delta.CachedTokens, delta.OutputTokens, delta.Requests,
            delta.MeanFirstTokenSeconds));
        Assert.Contains(delta.Missing, missing => missing.Quantity == ServingQuantity.CachedTokens && missing.Reason.Length > 20);
    }

    [Fact]
    public void Sums_of_histograms_are_the_tokens_of_TGI()
    {
        // Names as in docs/source/reference/metrics.md of text-generation-inference, commit 53fdbe61.
        const string Tgi = """
            # TYPE tgi_request_input_length histogram
            tgi_request_input_length_bucket{le="+Inf"} STOPPED
            tgi_request_input_length_sum PROMPT
            tgi_request_input_length_count STOPPED
            tgi_request_generated_tokens_sum OUTPUT
            tgi_request_generated_tokens_count STOPPED
            tgi_request_success{method="generate"} STOPPED
            tgi_request_count{method="generate"} 99
            tgi_queue_size 3
            tgi_batch_current_size RUNNING
            tgi_request_duration_sum SECONDS
            tgi_request_duration_count STOPPED

            """;
        var reader = new ServingMetricReader();
        reader.Read(Page(Tgi), _start);

        var delta = reader.Read(Page(Tgi, prompt: 1_800, output: 1_250, stopped: 15, running: 8, seconds: 30),
            _start.AddSeconds(10)).Deltas[0];

        Assert.Equal(("TGI", "", 1_800, 1_250, 15, 4, 3, 2), (delta.Server, delta.Model, delta.PromptTokens, delta.OutputTokens,
            delta.Requests,
            delta.MeanRunning, delta.MeanWaiting, delta.MeanRequestSeconds));
    }

    [Fact]
    public void Ranks_of_SGLang_count_once_and_sources_of_its_cache_are_added()
    {
        // Names as in python/sglang/srt/metrics/collector.py, commit 93d04878; the labels of the cache are of later versions.
        const string Sglang = """
            sglang:prompt_tokens_total{model_name="m"} PROMPT
            sglang:generation_tokens_total{model_name="m"} OUTPUT
            sglang:cached_tokens_total{model_name="m",cache_source="device"} CACHED
            sglang:cached_tokens_total{model_name="m",cache_source="host"} CACHED
            sglang:num_requests_total{model_name="m"} STOPPED
            sglang:num_running_reqs{model_name="m",tp_rank="0"} RUNNING
            sglang:num_running_reqs{model_name="m",tp_rank="1"} RUNNING
            sglang:num_queue_reqs{model_name="m"} 5

            """;
        var reader = new ServingMetricReader();
        reader.Read(Page(Sglang), _start);

        var delta = reader.Read(Page(Sglang, prompt: 8_128_902, cached: 30, output: 7_557_572, stopped: 7, running: 6),
            _start.AddSeconds(10)).Deltas[0];

        Assert.Equal(("SGLang", 8_128_902, 60, 7_557_572, 7, 3, 5), (delta.Server, delta.PromptTokens, delta.CachedTokens,
            delta.OutputTokens,
            delta.Requests, delta.MeanRunning, delta.MeanWaiting));
    }

    [Fact]
    public void Prompts_of_llama_cpp_are_computed_and_cached_tokens()
    {
        // Names as in server-task.cpp of llama.cpp of 2026; its prompt tokens exclude cached ones.
        const string Llama = """
            # HELP llamacpp:prompt_tokens_total Number of prompt tokens processed, excluding cached tokens
            # TYPE llamacpp:prompt_tokens_total counter
            llamacpp:prompt_tokens_total PROMPT
            llamacpp:prompt_tokens_cached_total CACHED
            llamacpp:tokens_predicted_total OUTPUT
            llamacpp:requests_processing RUNNING
            llamacpp:requests_deferred 0

            """;
        var reader = new ServingMetricReader();
        reader.Read(Page(Llama), _start);

        var delta = reader.Read(Page(Llama, prompt: 33, cached: 67, output: 78), _start.AddSeconds(10)).Deltas[0];

        Assert.Equal((100, 67, 78), (delta.PromptTokens, delta.CachedTokens, delta.OutputTokens));
        Assert.Contains(delta.Missing, missing => missing is { Quantity: ServingQuantity.Requests,
            Reason: "tonne knows no metric of llama.cpp for it." });
    }

    [Fact]
    public void Triton_has_requests_by_model_and_tokens_of_the_TensorRT_LLM_backend()
    {
        // Names as in docs/user_guide/metrics.md of the Triton server, commit 067c1e96, and in the TensorRT-LLM backend.
        const string Triton = """
            nv_inference_request_success{model="ensemble",version="1"} STOPPED
            nv_inference_request_success{model="tensorrt_llm",version="1"} STOPPED
            nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="scheduled",version="1"} RUNNING
            nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="waiting",version="1"} 1
            nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="max",version="1"} 512
            nv_llm_output_token_len_sum{model="tensorrt_llm",response_metric_type="total_output_tokens",version="1"} OUTPUT
            nv_llm_input_token_len_sum{model="tensorrt_llm",response_metric_type="total_input_tokens",version="1"} PROMPT

            """;
        var reader = new ServingMetricReader();
        reader.Read(Page(Triton), _start);

        var deltas = reader.Read(Page(Triton, prompt: 70, output: 90, stopped: 161, running: 4), _start.AddSeconds(10)).Deltas;

        Assert.Equal([("ensemble", 161, null), ("tensorrt_llm", 161, 2d)],
            deltas.Select(delta => (delta.Model, (int)delta.Requests!, delta.MeanRunning)));
        Assert.Equal([(null, null), (70L, 90L)], deltas.Select(delta => (delta.PromptTokens, delta.OutputTokens)));
    }

    [Fact]
    public void TensorRT_LLM_is_recognised_with_and_without_its_prefix()
    {
        const string Prefixed = "trtllm_prompt_tokens_total{model_name=\"m\"} 1\ntrtllm_request_success_total{model_name=\"m\"} 1\n";
        const string Plain = "request_success_total{engine_type=\"trtllm\",finished_reason=\"stop\",model_name=\"m\"} 1\n";

        Assert.Equal("TensorRT-LLM", ServingMetricSet.Recognise(MetricPage.Parse(Prefixed))?.Server);
        Assert.Equal("TensorRT-LLM", ServingMetricSet.Recognise(MetricPage.Parse(Plain))?.Server);
        Assert.Null(ServingMetricSet.Recognise(MetricPage.Parse("request_success_total 1\n")));
    }

    [Fact]
    public void Models_differ_by_their_label_and_engines_of_one_are_added()
    {
        const string Two = """
            vllm:generation_tokens_total{engine="0",model_name="a"} OUTPUT
            vllm:generation_tokens_total{engine="1",model_name="a"} OUTPUT
            vllm:generation_tokens_total{engine="0",model_name="b"} PROMPT

            """;
        var reader = new ServingMetricReader();
        reader.Read(Page(Two), _start);

        var deltas = reader.Read(Page(Two, prompt: 3, output: 10), _start.AddSeconds(1)).Deltas;

        Assert.Equal([("a", 20L), ("b", 3L)], deltas.Select(delta => (delta.Model, delta.OutputTokens!.Value)));
    }

    [Fact]
    public void A_series_that_is_new_counts_whole_unless_the_page_before_was_not_whole()
    {
        const string A = "vllm:generation_tokens_total{model_name=\"a\"} 100\n";
        const string B = "vllm:generation_tokens_total{model_name=\"b\"} 70\n";
        var whole = new ServingMetricReader();
        whole.Read(MetricPage.Parse(A), _start);
        var damaged = new ServingMetricReader();
        damaged.Read(MetricPage.Parse(A + "vllm:generation_tokens_total{model_name=\"b\n"), _start);

        var counted = whole.Read(MetricPage.Parse(A + B), _start.AddSeconds(1));
        var withheld = damaged.Read(MetricPage.Parse(A + B), _start.AddSeconds(1));

        Assert.Equal([0L, 70L], counted.Deltas.Select(delta => delta.OutputTokens!.Value));
        Assert.Empty(counted.Warnings);
        Assert.Equal([0L, 0L], withheld.Deltas.Select(delta => delta.OutputTokens!.Value));
        Assert.Contains("could not be read whole", Assert.Single(withheld.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_cannot_be_read_is_left_out_and_nothing_is_lost()
    {
        var reader = new ServingMetricReader();
        reader.Read(Page(Vllm, output: 100), _start);

        var failed = reader.Read(MetricPage.Parse("502 Bad Gateway\n"), _start.AddSeconds(15));
        var next = reader.Read(Page(Vllm, output: 180), _start.AddSeconds(30));

        Assert.Contains("not a page of metrics", failed.Reason, StringComparison.Ordinal);
        Assert.Equal((80, _start), (next.Deltas[0].OutputTokens, next.Deltas[0].From));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("-5")]
    [InlineData("+Inf")]
    public void A_counter_that_is_no_number_of_tokens_is_missing_and_goes_on_later(string value)
    {
        var reader = new ServingMetricReader();
        reader.Read(Page(Vllm, output: 100), _start);

        var odd = reader.Read(MetricPage.Parse(Vllm.Replace("OUTPUT", value, StringComparison.Ordinal).Replace("PROMPT", "0",
            StringComparison.Ordinal)), _start.AddSeconds(15));
        var next = reader.Read(Page(Vllm, output: 180), _start.AddSeconds(30));

        Assert.Null(odd.Deltas[0].OutputTokens);
        Assert.Contains(odd.Deltas[0].Missing, missing => missing.Quantity == ServingQuantity.OutputTokens);
        Assert.Equal(80, next.Deltas[0].OutputTokens);
    }

    [Fact]
    public void Unknown_software_needs_pairs()
    {
        const string Own = """
            my_out{kind="chat",deployment="d"} OUTPUT
            my_out{kind="other",deployment="d"} 7
            my_in{deployment="d"} PROMPT

            """;
        var unknown = new ServingMetricReader().Read(Page(Own), _start);
        var reader = new ServingMetricReader(ServingMetricSet.FromPairs(
            "own", ["output-tokens=my_out{kind=\"chat\"}", "prompt-tokens=my_in", "model-label=deployment"]));
        reader.Read(Page(Own), _start);

        var delta = reader.Read(Page(Own, prompt: 30, output: 40), _start.AddSeconds(1)).Deltas[0];

        Assert.Contains("output-tokens=NAME", unknown.Reason, StringComparison.Ordinal);
        Assert.Equal(("own", "d", 30, 40), (delta.Server, delta.Model, delta.PromptTokens, delta.OutputTokens));
    }

    [Theory]
    [InlineData("tokens=x")]
    [InlineData("output-tokens")]
    [InlineData("output-tokens=")]
    [InlineData("output-tokens=a{b=1}")]
    [InlineData("model-label=x")]
    public void A_pair_that_is_malformed_is_refused_with_an_example(string pair) =>
        Assert.Contains("Example: output-tokens=", Assert.Throws<FormatException>(() => ServingMetricSet.FromPairs("own", [pair])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Every_row_of_the_table_has_its_source() =>
        Assert.All(ServingMetricSet.Known.SelectMany(set => set.Metrics), metric => Assert.True(metric.Source.Length > 20
            && metric.Versions.Length > 0));

    static MetricPage Page(
        string text, long prompt = 0, long cached = 0, long output = 0, long stopped = 0, int running = 0, double seconds = 0,
            long born = 1) =>
        MetricPage.Parse(text.Replace("PROMPT", $"{prompt}.0", StringComparison.Ordinal).Replace("CACHED", $"{cached}.0",
            StringComparison.Ordinal)
            .Replace("OUTPUT", $"{output}.0", StringComparison.Ordinal).Replace("STOPPED", $"{stopped}.0", StringComparison.Ordinal)
            .Replace("RUNNING", $"{running}.0", StringComparison.Ordinal).Replace("SECONDS", $"{seconds}", StringComparison.Ordinal)
            .Replace("BORN", $"{born}", StringComparison.Ordinal));
}
