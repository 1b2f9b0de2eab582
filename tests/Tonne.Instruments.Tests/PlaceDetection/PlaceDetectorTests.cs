using System.Net;
using System.Net.Sockets;
using System.Text;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.PlaceDetection;

public sealed class PlaceDetectorTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    [Theory]
    [InlineData("Europe/Paris", "FR")]
    [InlineData(":America/Sao_Paulo", "BR")]
    [InlineData("/usr/share/zoneinfo/posix/Asia/Tokyo", "JP")]
    public void A_given_time_zone_names_the_country(string variable, string zone)
    {
        _disk.With("etc/timezone", "Europe/Berlin\n");

        var place = PlaceDetector.DetectByTimeZone(_disk.Tree, variable);

        Assert.Equal((zone, PlaceOrigin.TimeZone), (place.Zone, place.How));
        Assert.True(place.Guessed);
        Assert.Contains("(TZ)", place.Detail);
    }

    [Fact]
    public void Without_one_the_files_of_the_machine_are_asked_in_turn()
    {
        _disk.WithLink("etc/localtime", "/usr/share/zoneinfo/Europe/Zurich");
        var byLink = PlaceDetector.DetectByTimeZone(_disk.Tree, null);
        _disk.With("etc/timezone", "Europe/Berlin\n");
        var byFile = PlaceDetector.DetectByTimeZone(_disk.Tree, "");
        var pastVariable = PlaceDetector.DetectByTimeZone(_disk.Tree, "UTC");

        Assert.Equal(("CH", "DE", "DE"), (byLink.Zone, byFile.Zone, pastVariable.Zone));
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Etc/UTC")]
    [InlineData("CET-1CEST,M3.5.0,M10.5.0/3")]
    [InlineData("../../etc/passwd")]
    [InlineData("Europe/Nowhere")]
    [InlineData("")]
    public void What_names_no_country_is_an_unknown_place(string text)
    {
        _disk.With("etc/timezone", text);

        var place = PlaceDetector.DetectByTimeZone(_disk.Tree, null);

        Assert.Equal((null, PlaceOrigin.Unknown), (place.Zone, place.How));
        Assert.True(place.Guessed);
    }

    [Fact]
    public async Task A_machine_of_no_cloud_asks_nobody()
    {
        using var service = new Service();
        var place = await PlaceDetector.DetectAsync(_disk.Tree, new Dmi("Dell Inc.", "PowerEdge", 23, null, null), "Europe/Paris", service.Metadata, TestContext.Current.CancellationToken);

        Assert.Equal("FR", place.Zone);
        Assert.Empty(service.Asked);
    }

    [Fact]
    public async Task Amazon_is_asked_for_a_token_first_and_then_for_the_region()
    {
        using var service = new Service("tok-1", "eu-west-3");

        var place = await Ask(service, new Dmi("Amazon EC2", "m7g.large", 1, "Amazon EC2", null));

        Assert.Equal(new Place(Region: "aws:eu-west-3", How: PlaceOrigin.CloudMetadata, Detail: place.Detail), place);
        Assert.False(place.Guessed);
        Assert.StartsWith("PUT /latest/api/token HTTP/1.1\r\n", service.Asked[0]);
        Assert.Contains("X-aws-ec2-metadata-token-ttl-seconds: 60\r\n", service.Asked[0]);
        Assert.StartsWith("GET /latest/meta-data/placement/region HTTP/1.1\r\n", service.Asked[1]);
        Assert.Contains("X-aws-ec2-metadata-token: tok-1\r\n", service.Asked[1]);
    }

    [Fact]
    public async Task Google_reports_a_zone_and_its_region_is_kept()
    {
        using var service = new Service("projects/123456789/zones/europe-west9-a");

        var place = await Ask(service, new Dmi("Google", "Google Compute Engine", 1, "Google", null));

        Assert.Equal("gcp:europe-west9", place.Region);
        Assert.Contains("Metadata-Flavor: Google\r\n", service.Asked[0]);
    }

    [Fact]
    public async Task Azure_reports_its_location()
    {
        using var service = new Service("westeurope");

        var place = await Ask(service, new Dmi("Microsoft Corporation", "Virtual Machine", 3, null, Dmi.AzureTag));

        Assert.Equal("azure:westeurope", place.Region);
        Assert.Contains("Metadata: true\r\n", service.Asked[0]);
    }

    [Theory]
    [InlineData("mars-north-1")] // in no catalog
    [InlineData("<html>not found</html>")]
    [InlineData("a\r\nb")]
    [InlineData("")]
    public async Task An_answer_that_is_no_known_region_leaves_the_time_zone(string answer)
    {
        using var service = new Service(answer);

        var place = await Ask(service, new Dmi("Microsoft Corporation", "Virtual Machine", 3, null, Dmi.AzureTag));

        Assert.Equal((null, "FR", PlaceOrigin.TimeZone), (place.Region, place.Zone, place.How));
    }

    [Fact]
    public async Task A_service_that_refuses_leaves_the_time_zone_and_says_so()
    {
        var service = new Service();
        var metadata = service.Metadata;
        service.Dispose();

        var place = await PlaceDetector.DetectAsync(_disk.Tree, new Dmi("Amazon EC2", null, null, null, null), "Europe/Paris", metadata, TestContext.Current.CancellationToken);

        Assert.Equal("FR", place.Zone);
        Assert.Contains("did not answer", place.Detail);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", "ab")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nabc", "abc")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc", null)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc", null)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 200", null)]
    [InlineData("", null)]
    public void Only_a_whole_answer_of_200_has_a_body(string answer, string? body) => Assert.Equal(body, MinimalHttpClient.ParseBody(Encoding.ASCII.GetBytes(answer), ended: true));

    Task<Place> Ask(Service service, Dmi firmware) => PlaceDetector.DetectAsync(_disk.Tree, firmware, "Europe/Paris", service.Metadata, TestContext.Current.CancellationToken);

    public void Dispose() => _disk.Dispose();

    /// <summary>A metadata service on the loopback address: gives its answers in turn. Its clients wait without a time limit.</summary>
    sealed class Service : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Service(params string[] answers)
        {
            _listener.Start();
            Metadata = new CloudMetadata(new EndlessTime(), (IPEndPoint)_listener.LocalEndpoint);
            _ = AnswerAsync(answers);
        }

        public CloudMetadata Metadata { get; }

        public List<string> Asked { get; } = [];

        public void Dispose() => _listener.Dispose();

        async Task AnswerAsync(string[] answers)
        {
            foreach (var answer in answers)
            {
                using var socket = await _listener.AcceptSocketAsync();
                var buffer = new byte[4096];
                var text = "";
                while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                    text += Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
                Asked.Add(text);
                await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"));
            }
        }
    }

    /// <summary>A clock whose timers never ring: the time limit must not decide a test.</summary>
    sealed class EndlessTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
