using System.Net.Mime;
using System.Text.Json;
using Tonne.Quantities;
using Tonne.Server.Api;
using Tonne.Server.Security;

namespace Tonne.Server.Fleet;

/// <summary>The routes about the person who asks: who they are, and the end of their session.</summary>
static class PersonRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, IFleetStore store, ServerOptions options)
    {
        ApiRoutes.Describe(
            routes.MapGet("/person", async (HttpContext context, TimeProvider clock) =>
            {
                _ = new ApiRequest(context, new([]), clock);
                var document = await ReadAsync(context, store, options).ConfigureAwait(false);
                return Results.Text(JsonSerializer.Serialize(document, FleetJson.Default.PersonDocument), MediaTypeNames.Application.Json);
            }),
            "getPerson", "Who asks, as the server knows them, and their accounts and roles", new([]))
            .Produces<PersonDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
        if (options.Oidc is not { } oidc)
            return;
        ApiRoutes.Describe(
            routes.MapPost("/sign-out", async (HttpContext context, TimeProvider clock) =>
            {
                _ = new ApiRequest(context, new([]), clock);
                await store.NoteAsync(RequestPerson.Describe(context), "sign out", oidc.Authority.Host, context.RequestAborted)
                    .ConfigureAwait(false);
                RequestGuard.ForgetToken(context);
                var location = await PersonSignIn.SignOutAsync(context, oidc).ConfigureAwait(false) ?? PersonSignIn.SignedOutAddress;
                return Results.Text(
                    JsonSerializer.Serialize(new SignedOutDocument(location), FleetJson.Default.SignedOutDocument),
                        MediaTypeNames.Application.Json);
            }),
            "signOut", "Ends the session of a browser, and names the address at which the issuer ends its own", new([]))
            .Produces<SignedOutDocument>(StatusCodes.Status200OK, MediaTypeNames.Application.Json);
    }

    static async Task<PersonDocument> ReadAsync(HttpContext context, IFleetStore store, ServerOptions options)
    {
        var person = RequestPerson.Of(context);
        var memberships = await store.FindMembershipsAsync(person.Name, context.RequestAborted).ConfigureAwait(false);
        return new PersonDocument(
            "tonne.person/1", person.Origin == PersonOrigin.Token ? null : person.Name, EnumWords.Format(person.Origin),
            FleetOwnerFilter.OwnsFleet(memberships),
            options.Oidc is not null && person.Origin != PersonOrigin.Proxy && context.Request.Headers.Authorization.Count == 0,
            [.. memberships.Select(
                membership => new PersonDocument.MembershipPart(membership.Account, EnumWords.Format(membership.Role)))]);
    }
}
