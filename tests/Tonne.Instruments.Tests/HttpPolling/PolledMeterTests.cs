using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Machines;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.HttpPolling;

public class PolledMeterTests
{
    static string Watts(double watts) => $$"""{"power":{{watts.ToString(CultureInfo.InvariantCulture)}}}""";

    static PlayedDevice Plug(double watts = 100) => PlayedDevice.Saying(Watts(watts)).Opened("json+http://plug/#/power?every=500ms");

    [Fact]
    public void The_newest_answer_is_reported_in_milliwatts()
    {
        using var plug = Plug(123.4);

        Assert.Equal(Reading.FromValue(123_400), plug.Read());
        plug.Answer = _ => PlayedDevice.Json(Watts(200));
        Assert.Equal(Reading.FromValue(123_400), plug.Read(0.4));
        Assert.Equal(Reading.FromValue(200_000), plug.Turn(0.1));
    }

    /// <summary>3 periods of 0.5 s and the 2 s that an answer may take.</summary>
    [Fact]
    public void An_old_value_is_a_gap_and_never_reported_as_if_it_were_new()
    {
        using var plug = Plug();
        plug.Read();
        plug.Answer = static _ => HttpReply.Failed("refuses the connection");

        Assert.Equal(Reading.FromValue(100_000), plug.Turn(3.4));
        var late = plug.Turn(0.2);
        Assert.Equal("plug refuses the connection", late.Reason);
        plug.Answer = _ => PlayedDevice.Json(Watts(90));
        Assert.Equal(Reading.FromValue(90_000), plug.Turn(60));
    }

    [Fact]
    public void An_answer_that_cannot_be_used_is_a_gap_at_once()
    {
        using var plug = Plug();
        plug.Answer = static _ => PlayedDevice.Json("""{"power":"n/a"}""");

        Assert.Contains("is not a number", plug.Turn(0.5).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void After_failures_the_wait_doubles_up_to_ten_seconds_and_after_an_answer_it_is_the_period_again()
    {
        var pace = new PollSchedule(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2));

        double[] waits = [.. Enumerable.Range(0, 8).Select(_ => pace.GetNextDelay(answered: false).TotalSeconds)];

        Assert.Equal([0.5, 1, 2, 4, 8, 10, 10, 10], waits);
        Assert.Equal(0.5, pace.GetNextDelay(answered: true).TotalSeconds);
        Assert.Equal(0.5, pace.GetNextDelay(answered: false).TotalSeconds);
        Assert.Equal(60, new PollSchedule(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2)).GetNextDelay(answered: false).TotalSeconds);
        for (var i = 0; i < 100; i++)
            pace.GetNextDelay(answered: false);
        Assert.Equal(10, pace.GetNextDelay(answered: false).TotalSeconds);
    }

    [Fact]
    public void What_does_not_answer_at_the_start_is_missing_with_the_reason_and_offers_nothing()
    {
        using var plug = PlayedDevice.That(static _ => HttpReply.Failed("refuses the connection")).Opened("shelly://plug");

        Assert.Empty(plug.Sources.Meters);
        Assert.Empty(plug.Sources.Parts);
        var missing = Assert.Single(plug.Sources.Missing);
        Assert.Equal(("wall:shelly@plug", "plug refuses the connection"), (missing.Id, missing.Reason));
        Assert.Contains("curl -sS 'http://plug/'", Assert.Single(missing.Remedies).Command, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plug_offers_the_whole_machine_with_its_accuracy()
    {
        using var plug = PlayedDevice.Saying(Watts(50)).Opened("json+http://plug/#/power?accuracy=1.5%");

        var part = Assert.Single(plug.Sources.Parts);
        Assert.Equal((Component.Platform, null, "wall:json@plug"), (part.Component, part.Device, Assert.Single(part.Meters)));
        Assert.Equal((0.985, 1, 1.015), (part.Accuracy!.Bounds.Low, part.Accuracy.Bounds.Best, part.Accuracy.Bounds.High));
    }

    [Fact]
    public void A_second_plug_is_shown_and_said_not_to_count()
    {
        using var plug = PlayedDevice.Saying(Watts(50)).Opened("json+http://a/#/power", "json+http://b/#/power");

        Assert.Equal(2, plug.Sources.Meters.Count);
        Assert.Equal("two-plugs", Assert.Single(plug.Sources.Warnings).Code);
    }

    // carbontracker: a network call at import; codecarbon#854: a time-out became "Canada". Complaint 23.
    [Fact]
    public void Start_up_asks_only_what_the_configuration_names()
    {
        using var plug = Plug();

        Assert.Equal(["", ""], [.. plug.Asked, .. Repeat(() => plug.Turn(0.5), plug)]);
        using var nothing = new NetworkMeters(new DiscoveryOptions(), transportFactory: _ => throw new InvalidOperationException("asked"));
        Assert.Empty(nothing.Meters);

        static IEnumerable<string> Repeat(Func<Reading> turn, PlayedDevice plug)
        {
            plug.Asked.Clear();
            turn();
            return plug.Asked;
        }
    }

    // codecarbon#117: 10 ms of power times 15 s. Power changing between the samples is noticed, not believed.
    [Fact]
    public void Bursts_between_the_samples_give_a_warning()
    {
        using var plug = Plug(100);
        plug.Read();
        for (var i = 0; i < 20; i++)
        {
            // 200 W asked for between two samples, 100 W at each sample.
            plug.Answer = _ => PlayedDevice.Json(Watts(200));
            plug.Time.Advance(0.5);
            plug.Sources.Pollers[0].PollOnce();
            plug.Answer = _ => PlayedDevice.Json(Watts(100));
            plug.Turn(0.5);
        }

        // Samples: 20 s × 100 W = 2,000 J. Answers: trapezoids of 150 W in the mean = 3,000 J.
        var warning = Assert.Single(plug.Sources.GetFinalWarnings());
        Assert.Equal("answers-between-samples", warning.Code);
        Assert.Contains("2,000 J", warning.Text.Replace("2.00 kJ", "2,000 J", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_steady_power_leaves_no_warning()
    {
        using var plug = Plug(100);
        plug.Read();
        for (var i = 0; i < 20; i++)
            plug.Turn(0.5);

        Assert.Empty(plug.Sources.GetFinalWarnings());
    }

    [Fact]
    public void A_password_comes_from_the_environment_or_a_file_and_shows_nowhere()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "geheim\n");
            using var plug = PlayedDevice.That(static _ => HttpReply.FromStatus(401, default));
            plug.Variables["TONNE_METER_PASSWORD"] = "geheim";
            plug.Opened($"shelly://admin@plug?password-file={file}", "tasmota://admin@other", "shelly://admin@third?password-file=/not/there");

            Assert.Equal(3, plug.Sources.Missing.Count);
            Assert.All(plug.Sources.Missing, missing => Assert.DoesNotContain("geheim", $"{missing} {string.Join(' ', missing.Remedies)}", StringComparison.Ordinal));
            Assert.Contains("the user or the password", plug.Sources.Missing[1].Reason, StringComparison.Ordinal);
            Assert.Contains("/not/there cannot be read", plug.Sources.Missing[0].Reason, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Reading_the_newest_answer_allocates_nothing()
    {
        using var plug = Plug();
        plug.Read();
        var meter = plug.Meter;
        meter.Read(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            meter.Read(i);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("\"abc\"")]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_named_meter_that_gives_nothing_usable_is_a_warning(string value)
    {
        using var device = PlayedDevice.Saying($"{{\"power\":{value}}}").Opened("json+http://plug.lan/x#/power?unit=W");

        Assert.Empty(device.Sources.Meters);
        Assert.Single(device.Sources.Missing);
        Assert.Equal("named-meter-unusable", Assert.Single(device.Sources.Warnings).Code);
    }

    [Theory]
    [InlineData("60000", 2_100, "it may count in mW")]
    [InlineData("400000", 2_100, "it may count in mW")]
    [InlineData("4e12", 2_100, "more than is possible")]
    public void A_power_beyond_what_the_machine_can_draw_is_refused_with_the_likely_unit(string watts, double most, string expected)
    {
        using var device = new PlayedDevice { Answer = _ => PlayedDevice.Json($"{{\"power\":{watts}}}"), MaxMachineWatts = most }.Opened("json+http://plug.lan/x#/power?unit=W");

        Assert.Empty(device.Sources.Meters);
        Assert.Contains(expected, Assert.Single(device.Sources.Warnings).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_power_that_the_machine_can_draw_is_used()
    {
        using var device = new PlayedDevice { Answer = _ => PlayedDevice.Json("{\"power\":1800}"), MaxMachineWatts = 2_100 }.Opened("json+http://plug.lan/x#/power?unit=W");

        Assert.Single(device.Sources.Meters);
        Assert.Empty(device.Sources.Warnings);
    }
}
