using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Tonne.Accounting;

namespace Tonne.Server.Api;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>, from the same lists that check the parameters.</summary>
static class OpenApiDescription
{
    const string Scheme = "token";

    /// <summary>Adds the document.</summary>
    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        // Parts of different documents have the same name.
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } id
            ? type.Type.DeclaringType is { IsGenericType: false } outer && !type.Type.IsGenericType ? outer.Name + type.Type.Name : id : null;
        options.AddSchemaTransformer((schema, context, _) =>
        {
            foreach (var property in context.JsonTypeInfo.Properties.Where(property => property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }]))
                schema.Required?.Remove(property.Name);
            // Values of a dictionary that may be null, such as a group of runs without a project.
            if (schema.AdditionalProperties is OpenApiSchema values
                && context.JsonPropertyInfo?.AttributeProvider is PropertyInfo dictionary
                && new NullabilityInfoContext().Create(dictionary).GenericTypeArguments is [_, { ReadState: NullabilityState.Nullable }])
                values.Type |= JsonSchemaType.Null;
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "tonne",
                Version = "v1",
                Description = $"The carbon ledger for AI. Figures are those of 'tonne show --json', accounting method {Accountant.MethodVersion}. Errors are application/problem+json: what, where, what to do.",
            };
            document.Servers = [new OpenApiServer { Url = "/" }];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The token that 'tonne serve' prints, or a signed token of the issuer of OpenID Connect that it was given.",
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Parameters ??= [];
            foreach (var part in PathParts(context.Description.RelativePath ?? ""))
            {
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = part,
                    In = ParameterLocation.Path,
                    Required = true,
                    Description = part == "run" ? "Id, unique prefix, name, or last" : $"Name of the {part}",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            }

            foreach (var parameter in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryParameters>().SelectMany(each => each.List))
            {
                var single = new OpenApiSchema { Type = parameter.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String };
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = ParameterLocation.Query,
                    Required = parameter.IsRequired,
                    Description = parameter.Description,
                    Schema = parameter.IsRepeatable ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = single } : single,
                });
            }

            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "The request cannot be answered: what, where, what to do.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/problem+json"] = new OpenApiMediaType { Schema = CreateProblemSchema() } },
            };
            return Task.CompletedTask;
        });
    });

    static OpenApiSchema CreateProblemSchema()
    {
        string[] names = ["type", "title", "status", "detail", "where", "remedy"];
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = names.ToHashSet(StringComparer.Ordinal),
            Properties = names.ToDictionary(name => name, name => (IOpenApiSchema)new OpenApiSchema { Type = name == "status" ? JsonSchemaType.Integer : JsonSchemaType.String }, StringComparer.Ordinal),
        };
    }

    static IEnumerable<string> PathParts(string path) =>
        path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'));
}
