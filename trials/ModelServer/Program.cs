using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tonne.Trials.ModelServer;

// ModelServer PORT: all-MiniLM-L6-v2 at POST /v1/embeddings as OpenAI has it, a classifier of the lab at POST /classify, and their Prometheus
// metrics at /metrics; /asked is how often these were read. On the loopback address, until SIGTERM.
var time = TimeProvider.System;
using var embedder = new SentenceEmbedder();
var classifier = RowClassifier.Train(time);
var (embeddings, classifications) = (new ModelMetrics("embedding", SentenceEmbedder.Model, hasTokens: true), new ModelMetrics("classifier", "rows", hasTokens: false));
var asked = 0;

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture)));
await using var application = builder.Build();

application.MapPost("/v1/embeddings", async (HttpContext context) =>
{
    using var running = embeddings.Begin(time);
    if (await ReadAsync(context) is not { } body || ReadTexts(body["input"]) is not { } texts)
        return Refuse("input is a text, or an array of texts");
    var (vectors, tokens) = embedder.Embed(texts, context.RequestAborted);
    running.Count(tokens);
    return Results.Text(
        new JsonObject
        {
            ["object"] = "list",
            ["model"] = SentenceEmbedder.Model,
            ["data"] = new JsonArray([.. vectors.Select(static (vector, index) => new JsonObject
            {
                ["object"] = "embedding", ["index"] = index, ["embedding"] = new JsonArray([.. vector.Select(static each => JsonValue.Create(each))]),
            })]),
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
        }.ToJsonString(),
        "application/json");
});
application.MapPost("/classify", async (HttpContext context) =>
{
    using var running = classifications.Begin(time);
    if (await ReadAsync(context) is not { } body || RowClassifier.ReadRows(body["rows"]) is not { } rows)
        return Refuse($"rows is an array of arrays of {RowClassifier.Inputs} numbers");
    var classes = classifier.Classify(rows);
    running.Count(0);
    return Results.Text(new JsonObject { ["classes"] = new JsonArray([.. classes.Select(static name => JsonValue.Create(name))]) }.ToJsonString(), "application/json");
});
using var self = Process.GetCurrentProcess();
var started = new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000d;
application.MapGet("/metrics", () =>
{
    Interlocked.Increment(ref asked);
    return Results.Text(
        string.Create(CultureInfo.InvariantCulture, $"# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds {started}\n{embeddings}{classifications}"),
        "text/plain; version=0.0.4");
});
application.MapGet("/asked", () => Results.Text(asked.ToString(CultureInfo.InvariantCulture)));
await application.RunAsync();

static async Task<JsonNode?> ReadAsync(HttpContext context)
{
    try
    {
        return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
    }
    catch (System.Text.Json.JsonException)
    {
        return null;
    }
}

static string[]? ReadTexts(JsonNode? input) => input switch
{
    JsonValue value when value.TryGetValue<string>(out var text) => [text],
    JsonArray { Count: > 0 } array when array.All(static each => each is JsonValue value && value.TryGetValue<string>(out _)) =>
        [.. array.Select(static each => (string)each!)],
    _ => null,
};

static IResult Refuse(string message) => Results.Text(
    new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = "invalid_request_error" } }.ToJsonString(), "application/json", statusCode: 400);
