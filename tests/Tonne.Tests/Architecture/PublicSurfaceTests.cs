using System.Reflection;
using System.Text;
using Tonne.Quantities;

namespace Tonne.Tests.Architecture;

/// <summary>The public surface of Tonne is a golden file: a change of it is a reviewed diff.</summary>
public class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_changes_only_on_purpose() =>
        Golden.Matches("Architecture/Tonne.public.golden.txt", Surface(typeof(Energy).Assembly));

    static string Surface(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Name(type)).Append('\n');
            var members = type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(member => member is not Type && !Generated(member))
                .Select(member => "  " + Describe(member))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal);
            foreach (var member in members)
                text.Append(member).Append('\n');
        }

        return text.ToString();
    }

    static bool Generated(MemberInfo member) =>
        member is MethodInfo { IsSpecialName: true } && !member.Name.StartsWith("op_", StringComparison.Ordinal)
        || member.Name is "Deconstruct" or "GetHashCode" or "ToString" or "Equals" or "<Clone>$" or "op_Equality" or "op_Inequality"
        || member.Name.Contains('<');

    static string Describe(MemberInfo member) => member switch
    {
        MethodInfo method => $"{Name(method.ReturnType)} {method.Name}({string.Join(", ", method.GetParameters().Select(Describe))})",
        ConstructorInfo constructor => $".ctor({string.Join(", ", constructor.GetParameters().Select(Describe))})",
        PropertyInfo property => $"{Name(property.PropertyType)} {property.Name} {{{(property.GetMethod?.IsPublic == true ? " get;" : "")}{(property.SetMethod?.IsPublic == true ? " set;" : "")} }}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? " const" : "")}",
        _ => $"{member.MemberType} {member.Name}",
    };

    static string Describe(ParameterInfo parameter) => $"{Name(parameter.ParameterType)} {parameter.Name}";

    static string Name(Type type) => type.IsGenericType
        ? $"{type.Namespace}.{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.FullName ?? type.Name;
}
