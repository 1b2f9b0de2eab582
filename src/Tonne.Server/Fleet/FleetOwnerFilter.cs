using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Server.Api;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>Passes on the requests of the owner of the fleet only.</summary>
/// <param name="store">The database, which is asked for each request: a role that has ended opens nothing.</param>
sealed class FleetOwnerFilter(IFleetStore store) : IEndpointFilter
{
    /// <summary>Whether somebody with these memberships owns the fleet.</summary>
    public static bool OwnsFleet(IReadOnlyList<Membership> memberships) =>
        memberships.Any(membership => membership is { Account: Membership.AllAccounts, Role: MemberRole.Owner });

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext;
        var person = RequestPerson.Of(request);
        if (OwnsFleet(await store.FindMembershipsAsync(person.Name, request.RequestAborted).ConfigureAwait(false)))
            return await next(context).ConfigureAwait(false);
        await store.NoteAsync(RequestPerson.Describe(request), "refused", $"{request.Request.Method} {request.Request.Path}",
            request.RequestAborted).ConfigureAwait(false);
        throw new RequestProblemException(StatusCodes.Status403Forbidden, "this is for the owner of the fleet", "path",
            "Ask the owner of the fleet; 'tonne fleet members' lists who that is.");
    }
}
