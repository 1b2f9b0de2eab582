using Microsoft.AspNetCore.Http.Features;
using Tonne.Server.Api;

namespace Tonne.Server.Live;

/// <summary>The route of live views: server-sent events with the content of <c>tonne watch --json</c>.</summary>
static class LiveRoutes
{
    /// <summary>Id of the last event, after which there is none.</summary>
    public const string EndId = "end";

    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes, IRunDirectory runs, LiveHub hub, TimeProvider time) =>
        routes.MapAnswer("/runs/{run}/live", "watchRun", "A run while it is recorded, as server-sent events: 'sample' for each sample (tonne.watch/1), then 'end'. Last-Event-ID continues after a break",
            new([]), request => WatchAsync(request, runs, hub, time)).Produces<string>(StatusCodes.Status200OK, "text/event-stream").Produces(StatusCodes.Status204NoContent);

    static async Task WatchAsync(ApiRequest request, IRunDirectory runs, LiveHub hub, TimeProvider time)
    {
        var context = request.Context;
        var response = context.Response;
        var run = RunRoutes.Find(runs.OpenReader(), request.GetRoute("run"));
        if (runs.FindFolder(run.Id) is null)
        {
            throw new RequestProblemException(
                StatusCodes.Status404NotFound, "a database has ended runs only", $"run '{run.Id}'", $"/api/v1/runs/{run.Id} has its figures; on its node 'tonne serve' shows a run while it is recorded.");
        }

        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (last == EndId)
        {
            // A browser asks again when a stream ends, until it gets this status.
            response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        var samples = hub.WatchAsync(run.Id, ended.Token).GetAsyncEnumerator(ended.Token);
        await using (samples.ConfigureAwait(false))
        {
            var next = samples.MoveNextAsync().AsTask();
            response.ContentType = "text/event-stream";
            response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            try
            {
                await response.Body.WriteAsync("retry: 1000\n\n"u8.ToArray(), ended.Token).ConfigureAwait(false);
                await response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
                while (true)
                {
                    if (!await IsReadyAsync(next, time, ended.Token).ConfigureAwait(false))
                    {
                        // A comment: a connection that nobody reads any more is noticed by writing.
                        await response.Body.WriteAsync(":\n\n"u8.ToArray(), ended.Token).ConfigureAwait(false);
                    }
                    else
                    {
                        if (!await next.ConfigureAwait(false))
                            return;
                        if (samples.Current.Id != last)
                            await response.Body.WriteAsync(samples.Current.Event, ended.Token).ConfigureAwait(false);
                        next = samples.MoveNextAsync().AsTask();
                    }

                    await response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                // The viewer has gone, or the server stops.
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
                // The enumerator may be left only between two samples.
                await next.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }

    static async Task<bool> IsReadyAsync(Task next, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(KeepAlive, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
