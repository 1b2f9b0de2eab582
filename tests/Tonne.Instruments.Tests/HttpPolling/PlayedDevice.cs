using System.Text;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Machines;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Tests.HttpPolling;

/// <summary>A device that answers as scripted, polled in turns: no thread, no network, no clock of its own.</summary>
sealed class PlayedDevice : IDisposable
{
    NetworkMeters? _sources;

    public HandTime Time { get; } = new();

    /// <summary>Answers by path; what has none is a 404.</summary>
    public Func<string, HttpReply> Answer { get; set; } = static _ => HttpReply.FromStatus(404, default);

    /// <summary>The power that the machine cannot exceed, W.</summary>
    public double MaxMachineWatts { get; init; } = 150_000;

    /// <summary>Parts that tonne measures itself.</summary>
    public IReadOnlyList<MeteredPart> Local { get; init; } = [];

    public List<string> Asked { get; } = [];

    public Dictionary<string, string> Variables { get; } = [];

    public NetworkMeters Sources => _sources ?? throw new InvalidOperationException("not opened");

    public IMeter Meter => Sources.Meters[0];

    public static PlayedDevice That(Func<string, HttpReply> answer) => new() { Answer = answer };

    /// <summary>One that gives a text at each path.</summary>
    public static PlayedDevice Saying(string text) => That(_ => Json(text));

    public static HttpReply Json(string text) => HttpReply.FromStatus(200, Encoding.UTF8.GetBytes(text));

    public PlayedDevice Opened(params string[] addresses)
    {
        _sources = new NetworkMeters(new DiscoveryOptions { MeterAddresses = [.. addresses], Time = Time, EnvironmentVariable = name => Variables.GetValueOrDefault(name) }, MaxMachineWatts, transportFactory: _ => new Way(this), local: Local);
        return this;
    }

    /// <summary>Asks once more and reads the meters.</summary>
    public Reading Turn(double seconds = 0)
    {
        Time.Advance(seconds);
        foreach (var poller in Sources.Pollers)
            poller.PollOnce();
        return Read();
    }

    public Reading Read(double after = 0)
    {
        Time.Advance(after);
        var first = Sources.Meters[0].Read(Time.Nanoseconds);
        for (var i = 1; i < Sources.Meters.Count; i++)
            Sources.Meters[i].Read(Time.Nanoseconds);
        return first;
    }

    public void Dispose() => _sources?.Dispose();

    sealed class Way(PlayedDevice device) : IHttpTransport
    {
        public HttpReply Get(string path)
        {
            device.Asked.Add(path);
            return device.Answer(path);
        }
    }
}
