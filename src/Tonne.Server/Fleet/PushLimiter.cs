using System.Globalization;
using System.Threading.RateLimiting;
using Tonne.Ledgers.Pushing;
using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>How many pushes are taken at a time: one of a node, and so many in all. A push that is not taken is answered at once.</summary>
static class PushLimiter
{
    /// <summary>Name of the policy of the route.</summary>
    public const string Policy = "push";

    /// <summary>Adds the limits.</summary>
    public static void Add(IServiceCollection services, PushLimits limits) => services.AddRateLimiter(options =>
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.Features.Get<FleetNode>() is null
            ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetConcurrencyLimiter(Policy, _ => new ConcurrencyLimiterOptions { PermitLimit = limits.MaxPushes }));
        options.AddPolicy(Policy, context => RateLimitPartition.GetConcurrencyLimiter(
            context.Features.Get<FleetNode>()?.Name ?? "", static _ => new ConcurrencyLimiterOptions { PermitLimit = 1 }));
        options.OnRejected = async (rejected, _) =>
        {
            var context = rejected.HttpContext;
            context.Response.Headers.RetryAfter = ((int)limits.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await ProblemAnswer.WriteAsync(
                context, StatusCodes.Status429TooManyRequests,
                $"another push of this node, or {limits.MaxPushes} of others, are being taken", "server", "Push again later.")
                    .ConfigureAwait(false);
        };
    });
}
