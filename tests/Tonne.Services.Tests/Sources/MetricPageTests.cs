using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Instruments.MetricPages;
using Tonne.Services.Sources;

namespace Tonne.Services.Tests.Sources;

public class MetricPageTests
{
    // The example of the format's documentation (prometheus.io, Exposition formats, text format example), abridged.
    const string Documented = """
        # HELP http_requests_total The total number of HTTP requests.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027 1395066363000
        http_requests_total{method="post",code="400"}    3 1395066363000

        # Escaping in label values:
        msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

        # Minimalistic line:
        metric_without_timestamp_and_labels 12.47

        # A weird metric from before the epoch:
        something_weird{problem="division by zero"} +Inf -3982045

        # TYPE http_request_duration_seconds histogram
        http_request_duration_seconds_bucket{le="0.05"} 24054
        http_request_duration_seconds_bucket{le="+Inf"} 144320
        http_request_duration_seconds_sum 53423
        http_request_duration_seconds_count 144320

        """;

    [Fact]
    public void The_documented_example_is_read()
    {
        var page = MetricPage.Parse(Documented);

        Assert.True(page.IsComplete);
        Assert.Null(page.Reason);
        Assert.Equal(9, page.Samples.Length);
        Assert.Equal("counter", page.Types["http_requests_total"]);
        Assert.Equal("histogram", page.Types["http_request_duration_seconds"]);
        var first = page.Samples[0];
        Assert.Equal(("http_requests_total", 1027d, "post", "200"), (first.Name, first.Value, first.FindLabel("method"),
            first.FindLabel("code")));
        Assert.Equal(new DateTimeOffset(2014, 3, 17, 14, 26, 3, TimeSpan.Zero), first.Time);
        Assert.Equal("C:\\DIR\\FILE.TXT", page.Samples[2].FindLabel("path"));
        Assert.Equal("Cannot find file:\n\"FILE.TXT\"", page.Samples[2].FindLabel("error"));
        Assert.Equal(12.47, page.Samples[3].Value);
        Assert.Equal((double.PositiveInfinity, (DateTimeOffset?)null), (page.Samples[4].Value, page.Samples[4].Time));
        Assert.Null(page.Samples[4].FindLabel("none"));
    }

    [Fact]
    public void OpenMetrics_has_exemplars_seconds_and_an_end()
    {
        var page = MetricPage.Parse(
            "# TYPE foo histogram\n# UNIT foo seconds\nfoo_bucket{le=\"0.1\"} 8 # {trace_id=\"a b\"} 0.054 1520879607.789\n"
            + "foo_count 17 1520879607.789\nfoo_sum 324789.3 1520879607.789 # {} 1\n# EOF\nignored 1\n");

        Assert.True(page.IsComplete);
        Assert.Equal([8d, 17d, 324789.3], page.Samples.Select(sample => sample.Value));
        Assert.Null(page.Samples[0].Time);
        Assert.Equal(1_520_879_607_789, page.Samples[1].Time?.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void A_byte_order_mark_carriage_returns_blanks_and_names_in_quotes_are_read()
    {
        var page = MetricPage.Parse([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(
            "a_total 1\r\n  b { x = \"1\" , y=\"2\", } \t 2 \r\n{\"my.metric\",\"läbel\"=\"ü\"} 3\r\nc{} NaN\r\nd -inf\r\ne 1e3\r\n")]);

        Assert.Empty(page.Problems);
        Assert.Equal(["a_total", "b", "my.metric", "c", "d", "e"], page.Samples.Select(sample => sample.Name));
        Assert.Equal("2", page.Samples[1].FindLabel("y"));
        Assert.Equal("ü", page.Samples[2].FindLabel("läbel"));
        Assert.Equal([1, 2, 3, double.NaN, double.NegativeInfinity, 1_000], page.Samples.Select(sample => sample.Value));
    }

    [Theory]
    [InlineData("a", "no value")]
    [InlineData("a x", "not a number")]
    [InlineData("a 1 2 3", "time stamp")]
    [InlineData("a 1 soon", "time stamp")]
    [InlineData("a{b=\"1\" 2", "do not close")]
    [InlineData("a{b=1} 2", "not in quotes")]
    [InlineData("a{b=\"1} 2", "does not end")]
    [InlineData("a{b} 2", "name=\"value\"")]
    [InlineData("a{b=\"1\"c=\"2\"} 2", "do not close")]
    [InlineData("{b=\"1\"} 2", "name of a metric")]
    [InlineData("9a 1", "name of a metric")]
    [InlineData("a 0x10", "not a number")]
    [InlineData("a 1,000", "not a number")]
    public void A_line_that_cannot_be_read_costs_only_itself(string line, string reason)
    {
        var page = MetricPage.Parse($"before 1\n{line}\nafter 2\n");

        Assert.Equal(["before", "after"], page.Samples.Select(sample => sample.Name));
        var problem = Assert.Single(page.Problems);
        Assert.Equal(2, problem.Line);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_line_of_a_page_that_was_cut_is_not_a_number()
    {
        var page = MetricPage.Parse("a_total 100\nb_total 12");

        Assert.Equal("a_total", Assert.Single(page.Samples).Name);
        Assert.Contains("cut", Assert.Single(page.Problems).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no metrics")]
    [InlineData("# only a comment\n", "no metrics")]
    [InlineData("<!DOCTYPE html>\n<html>\n", "not a page of metrics")]
    [InlineData("{\"error\": \"not found\"}\n", "not a page of metrics")]
    public void What_is_no_page_of_metrics_has_a_reason(string text, string reason) =>
        Assert.Contains(reason, MetricPage.Parse(text).Reason, StringComparison.Ordinal);

    [Fact]
    public void Of_many_problems_twenty_are_kept_and_all_are_counted()
    {
        var page = MetricPage.Parse(string.Concat(Enumerable.Repeat("?\n", 1_000)));

        Assert.Equal((20, 1_000), (page.Problems.Length, page.ProblemCount));
    }

    [Fact]
    public void A_page_that_is_too_long_is_read_up_to_the_limit()
    {
        var page = MetricPage.Parse(string.Concat(Enumerable.Repeat("a 1\n", MetricPage.MaxSamples + 5)));

        Assert.Equal(MetricPage.MaxSamples, page.Samples.Length);
        Assert.Contains("200,000", Assert.Single(page.Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_is_written_is_read_again()
    {
        var texts = Gen.ArrayOf(Gen.Elements('a', '"', '\\', '\n', ',', '}', '{', '=', ' ', '#', 'é', '\t'))
            .Select(letters => new string(letters));
        var samples = from values in Gen.ArrayOf(texts)
                      from value in ArbMap.Default.GeneratorFor<double>()
                      select (values, value);

        Prop.ForAll(Arb.From(samples), sample =>
        {
            var labels = string.Join(',', sample.values.Select((text, index) => $"l{index}=\"{Escape(text)}\""));
            var number = double.IsInfinity(sample.value) ? sample.value > 0 ? "+Inf" : "-Inf"
                : sample.value.ToString("r", CultureInfo.InvariantCulture);

            var page = MetricPage.Parse($"m{{{labels}}} {number} 5\n");

            var read = page.Samples.Single();
            return read.Value.Equals(sample.value) && read.Labels.Select(label => label.Value).SequenceEqual(sample.values);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_page_makes_the_reader_throw()
    {
        const string Letters = "a:_{}\"\\=,# \n\r\t+-.0123456789eENaInf\u00e9\uFEFF\0";
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder(random.Next(2) == 0 ? Documented : "");
            for (var i = random.Next(60); i > 0; i--)
            {
                var at = random.Next(text.Length + 1);
                if (random.Next(3) == 0 && at < text.Length)
                    text.Remove(at, Math.Min(random.Next(1, 9), text.Length - at));
                else
                    text.Insert(at, Letters[random.Next(Letters.Length)]);
            }

            var page = MetricPage.Parse(text.ToString());

            Assert.All(page.Samples, sample => Assert.NotEmpty(sample.Name));
            Assert.Equal(page.Samples.Length == 0, page.Reason is not null);
            Assert.Equal(page.IsComplete, page.Problems.IsEmpty);
            new ServingMetricReader().Read(page, DateTimeOffset.UnixEpoch);

            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            Assert.NotNull(MetricPage.Parse(bytes));
        }
    }

    static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
