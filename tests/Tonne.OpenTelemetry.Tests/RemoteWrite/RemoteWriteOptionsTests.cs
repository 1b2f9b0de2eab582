using OpenTelemetry;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

public class RemoteWriteOptionsTests
{
    public static TheoryData<string, Action<PrometheusRemoteWriteOptions>> Wrong => new()
    {
        { "Endpoint is missing", static options => options.Endpoint = null },
        { "Endpoint is missing", static options => options.Endpoint = new Uri("/api/v1/write", UriKind.Relative) },
        { "Endpoint is missing", static options => options.Endpoint = new Uri("ftp://127.0.0.1/") },
        { "Endpoint holds a user name", static options => options.Endpoint = new Uri("http://me:secret@127.0.0.1/") },
        { "Period is 0.05 s: it must be 0.1 to 3600 s", static options => options.Period = TimeSpan.FromMilliseconds(50) },
        { "Timeout is 0 s", static options => options.Timeout = TimeSpan.Zero },
        { "ShutdownTimeout is -1 s", static options => options.ShutdownTimeout = TimeSpan.FromSeconds(-1) },
        { "FirstRetryDelay is 0 s", static options => options.FirstRetryDelay = TimeSpan.Zero },
        { "LongestRetryDelay is 0.5 s: it must be 1 to 3600 s", static options => options.LongestRetryDelay = TimeSpan.FromSeconds(0.5) },
        { "QueueLimit is 0", static options => options.QueueLimit = 0 },
        { "UserName must have", static options => options.UserName = "a:b" },
        { "Password needs a UserName", static options => options.Password = "p" },
        { "exclude each other", static options => (options.UserName, options.Headers["authorization"]) = ("a", "Bearer b") },
        { "Headers has 'Content-Type'", static options => options.Headers["Content-Type"] = "text/plain" },
        { "Headers has 'a b'", static options => options.Headers["a b"] = "c" },
        { "Headers has 'X-A'", static options => options.Headers["X-A"] = "b\r\nX-C: d" },
        { "ExternalLabels has '0a'", static options => options.ExternalLabels["0a"] = "b" },
        { "ExternalLabels has '__name__'", static options => options.ExternalLabels["__name__"] = "b" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_option_is_named(string expected, Action<PrometheusRemoteWriteOptions> change)
    {
        var error = Assert.Throws<ArgumentException>(() => Sdk.CreateMeterProviderBuilder().AddPrometheusRemoteWrite(options =>
        {
            options.Endpoint = new Uri("http://127.0.0.1:9/");
            change(options);
        }));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }
}
