using System.Buffers.Text;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tonne.Formatting;
using Tonne.Ledgers.Pushing;
using Tonne.Server.Api;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>The routes of a fleet: nodes enrol and push, people look at them, make codes and revoke.</summary>
/// <param name="store">The database.</param>
/// <param name="limits">What a push may cost.</param>
/// <param name="time">The clock.</param>
sealed class FleetRoutes(IFleetStore store, PushLimits limits, TimeProvider time)
{
    /// <summary>Address at which nodes enrol: the only one that needs neither token nor key, but a code.</summary>
    public const string EnrolAddress = "/api/v1/fleet/enrol";

    /// <summary>Address at which nodes push. A node's key opens this one and the next.</summary>
    public const string PushAddress = "/api/v1/fleet/push";

    /// <summary>Address at which a node gets a new key.</summary>
    public const string KeyAddress = "/api/v1/fleet/key";

    const int MaxRequestBytes = 16 * 1024;
    const int MaxVersionLength = 100;
    const int MaxProblemLength = 1000;

    static readonly TimeSpan LeastValid = TimeSpan.FromMinutes(1);
    static readonly TimeSpan LongestValid = TimeSpan.FromDays(30);

    readonly BadTokenLimit _badCodes = new(time);
    readonly PushBody _body = new(limits, new PushMemory(limits.MaxBytesInAll));

    /// <summary>How long a code can be used if nothing is said.</summary>
    public static TimeSpan UsuallyValid { get; } = TimeSpan.FromHours(1);

    /// <summary>Adds the routes.</summary>
    /// <param name="routes">Where those of nodes go.</param>
    /// <param name="owners">Where those go that only the owner of the fleet may use.</param>
    public void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder owners)
    {
        Post(routes, "/fleet/enrol", "enrolNode", "A node enrols with its one-time code, and gets its key, once", EnrolAsync)
            .Accepts<EnrolmentRequest>(MediaTypeNames.Application.Json)
            .Produces<EnrolmentDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        Post(routes, "/fleet/push", "pushRuns",
            $"A node pushes lines of its ledger, plain, gzip or br; header {PushClient.ReportHeader}: what it says of itself", PushAsync)
            .RequireRateLimiting(PushLimiter.Policy)
            .Accepts<object>(PushBatch.MediaType).Produces<PushAnswer>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        Post(routes, "/fleet/key", "rotateNodeKey",
            "A new key for the node whose key is sent; the old one is valid until the new one is used",
            RotateKeyAsync)
            .RequireRateLimiting(PushLimiter.Policy)
            .Produces<NodeKeyDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        Post(owners, "/fleet/codes", "createCode", "A code with which one node enrols, once", CreateCodeAsync)
            .Accepts<CodeRequest>(MediaTypeNames.Application.Json)
            .Produces<CodeDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        Post(owners, "/fleet/nodes/{node}/revoke", "revokeNode", "Makes the keys of a node useless; what it has pushed stays", RevokeAsync)
            .Produces<RevokedNodeDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        ApiRoutes.Describe(
            owners.MapGet("/fleet/nodes", async (HttpContext context, TimeProvider clock) =>
            {
                _ = new ApiRequest(context, new([]), clock);
                var nodes = await store.Nodes.ListAsync(context.RequestAborted).ConfigureAwait(false);
                return Answer(FleetDocument.From(nodes, time.GetUtcNow()), FleetJson.Default.FleetDocument);
            }),
            "listNodes", "The nodes: when each was last heard of, what waits there, its version, and whether all is well", new([]))
            .Produces<FleetDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
    }

    static RouteHandlerBuilder Post(IEndpointRouteBuilder routes, string pattern, string id, string summary,
        Func<ApiRequest, Task<IResult>> answer) =>
        ApiRoutes.Describe(
            routes.MapPost(pattern, (HttpContext context, TimeProvider clock) => answer(new ApiRequest(context, new([]), clock))),
            id, summary, new([]));

    async Task<IResult> EnrolAsync(ApiRequest request)
    {
        var context = request.Context;
        var asked = await ReadAsync(context.Request, FleetJson.Default.EnrolmentRequest).ConfigureAwait(false);
        if (FindNameProblem(asked.Name) is { } problem)
            throw new RequestProblemException(StatusCodes.Status400BadRequest, problem, "name",
                "Give the node's name: 1 to 100 letters, digits, '.', '_' and '-'.");
        var version = Shorten(asked.Version, MaxVersionLength);
        if (await store.Nodes.EnrolAsync(asked.Code, asked.Name, version, context.RequestAborted).ConfigureAwait(false) is { } key)
            return Answer(new EnrolmentDocument(key, asked.Name, time.GetUtcNow()), FleetJson.Default.EnrolmentDocument);
        if (!_badCodes.IsExceeded())
            throw new RequestProblemException(StatusCodes.Status403Forbidden, "the code is unknown, used, expired, or for another node",
                "code", "Make a new one: tonne fleet code.");
        context.Response.Headers.RetryAfter = "1";
        throw new RequestProblemException(StatusCodes.Status429TooManyRequests, "too many wrong codes", "code",
            "Wait a second; 'tonne fleet code' makes a new one.");
    }

    async Task<IResult> PushAsync(ApiRequest request)
    {
        var context = request.Context;
        // The guard has found the node by its key; a person's token does not push.
        var node = context.Features.Get<FleetNode>()
            ?? throw new RequestProblemException(StatusCodes.Status401Unauthorized, "this address needs the key of a node",
                "header Authorization", "Enrol the node: tonne fleet enroll.");
        var report = ReadReport(context.Request.Headers[PushClient.ReportHeader].ToString());
        report = report with { ClockAheadSeconds = report.SentAt is { } sent ? (sent - time.GetUtcNow()).TotalSeconds : null };
        var answer = await _body.ReadAsync(context, async lines =>
            lines.Count == 0 ? new PushAnswer()
                : await store.Receiver.ReceiveAsync(node.Name, lines, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        await store.Nodes.NoteAsync(node.Name, CountWaiting(report, answer), context.RequestAborted).ConfigureAwait(false);
        return Answer(answer, PushJson.Default.PushAnswer);
    }

    async Task<IResult> RotateKeyAsync(ApiRequest request)
    {
        var context = request.Context;
        // The guard has found the node by this very key.
        return context.Features.Get<FleetNode>() is { } node
            && await store.Nodes.RotateKeyAsync(RequestGuard.ReadKey(context.Request), context.RequestAborted)
                .ConfigureAwait(false) is { } key
            ? Answer(new NodeKeyDocument(key, node.Name), FleetJson.Default.NodeKeyDocument)
            : throw new RequestProblemException(StatusCodes.Status401Unauthorized, "this address needs the key of a node",
                "header Authorization", "Enrol the node: tonne fleet enroll.");
    }

    async Task<IResult> CreateCodeAsync(ApiRequest request)
    {
        var context = request.Context;
        var asked = await ReadAsync(context.Request, FleetJson.Default.CodeRequest).ConfigureAwait(false);
        if (asked.Name is { } name && FindNameProblem(name) is { } problem)
            throw new RequestProblemException(StatusCodes.Status400BadRequest, problem, "name",
                "Give the name that the node must have, or leave it out.");
        var valid = asked.ValidS is { } seconds ? TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, 0, 1e9) : 0)
            : UsuallyValid;
        if (valid < LeastValid || valid > LongestValid)
            throw new RequestProblemException(StatusCodes.Status400BadRequest, "a code is valid for 60 to 2592000 seconds", "valid_s",
                "Leave it out for an hour.");
        var code = await store.Nodes.CreateCodeAsync(valid, asked.Name, RequestPerson.Describe(context), context.RequestAborted)
            .ConfigureAwait(false);
        return Answer(new CodeDocument(code, asked.Name, time.GetUtcNow() + valid), FleetJson.Default.CodeDocument);
    }

    async Task<IResult> RevokeAsync(ApiRequest request)
    {
        var context = request.Context;
        var name = request.GetRoute("node");
        return await store.Nodes.RevokeAsync(name, RequestPerson.Describe(context), context.RequestAborted).ConfigureAwait(false)
            ? Answer(new RevokedNodeDocument(name, NodeState.Revoked), FleetJson.Default.RevokedNodeDocument)
            : throw new RequestProblemException(StatusCodes.Status404NotFound, $"there is no node '{TextSanitizer.ToOneLine(name)}'",
                "path", "/api/v1/fleet/nodes lists all.");
    }

    /// <summary>What waits after a push: a node reports what waited before it, with the lines that it sent.</summary>
    static NodeReport CountWaiting(NodeReport report, PushAnswer answer)
    {
        // Less than nothing stays as it is: it shows that the node is wrong.
        var waiting = Math.Max(Math.Min(report.Waiting, 0), report.Waiting - answer.Accepted - answer.Known - answer.Refused.Length);
        return report with { Waiting = waiting, WaitingSince = waiting == 0 && report.Waiting > 0 ? null : report.WaitingSince };
    }

    static NodeReport ReadReport(string header)
    {
        try
        {
            var report = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(header), PushJson.Default.NodeReport);
            if (report is { Version: not null })
            {
                return report with
                {
                    Version = Shorten(report.Version, MaxVersionLength),
                    FactorsHash = report.FactorsHash is { } hash ? Shorten(hash, MaxVersionLength) : null,
                    Problem = report.Problem is { } problem ? Shorten(problem, MaxProblemLength) : null,
                };
            }
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            // Answered below.
        }

        throw new RequestProblemException(
            StatusCodes.Status400BadRequest, "what the node says of itself is missing or malformed", "header " + PushClient.ReportHeader,
            "Send the report as JSON in base64url; docs/fleet.md has its members.");
    }

    static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
    {
        if (!request.HasJsonContentType())
            throw new RequestProblemException(StatusCodes.Status415UnsupportedMediaType, "the content is not JSON", "header Content-Type",
                "Send application/json.");
        var body = new MemoryStream();
        var buffer = new byte[MaxRequestBytes];
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted).ConfigureAwait(false) is > 0 and var count)
        {
            if (body.Length + count > MaxRequestBytes)
                throw new RequestProblemException(StatusCodes.Status413PayloadTooLarge, $"the body has more than {MaxRequestBytes} bytes",
                    "body", "Send the members of this request only.");
            body.Write(buffer, 0, count);
        }

        try
        {
            return JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), type) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RequestProblemException(StatusCodes.Status400BadRequest, "the body is not the JSON that this address takes", "body",
                "/openapi/v1.json describes it.");
        }
    }

    /// <summary>What is wrong with the name of a node; null if nothing is.</summary>
    public static string? FindNameProblem(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0])
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
            ? null : $"'{Shorten(name, 40)}' is not the name of a node";

    static string Shorten(string text, int most)
    {
        var line = TextSanitizer.ToOneLine(text);
        return line.Length <= most ? line : line[..most];
    }

    static IResult Answer<T>(T document, JsonTypeInfo<T> type) =>
        Results.Text(JsonSerializer.Serialize(document, type), MediaTypeNames.Application.Json);
}
